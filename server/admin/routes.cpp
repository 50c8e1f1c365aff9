#include "server/admin/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/admin/call.h"
#include "server/admin/views.h"

namespace shomei::server {
namespace {

using http::Request;
using http::Response;

Result<std::vector<std::string>> text_list(const Json& body, const char* name) {
  std::vector<std::string> texts;
  if (!body.contains(name)) {
    return texts;
  }
  const Json& list = body.at(name);
  if (!list.is_array() || !std::ranges::all_of(list, [](const Json& one) { return one.is_string(); })) {
    return fail(Code::kJsonMalformed, fmt::format("{} must be a list of texts", name));
  }
  return list.get<std::vector<std::string>>();
}

Result<Response> list_facilities(const Call& call) {
  SHOMEI_TRY(const auto facilities, call.store().facilities());
  return list_of("facilities", facilities, [](const Facility& facility) { return to_json(facility); });
}

Result<Response> add_facility(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"code", "name", "type"}));
  Facility facility;
  SHOMEI_TRY(facility.code, text_member(body, "code"));
  SHOMEI_TRY(facility.name, text_member(body, "name"));
  SHOMEI_TRY(facility.type, text_member(body, "type"));
  SHOMEI_TRY(call.parts.people.add_facility(facility, call.actor()));
  return http::json_response(Json(to_json(facility)), 201);
}

Result<Response> person_answer(const Call& call, const std::string& id, int status) {
  SHOMEI_TRY(const auto person, call.store().find_person(id));
  if (!person) {
    return fail(Code::kStoreNotFound, fmt::format("person {}", id));
  }
  return http::json_response(Json(to_json(*person)), status);
}

Result<Response> list_persons(const Call& call) {
  SHOMEI_TRY(const auto persons, call.store().persons());
  return list_of("persons", persons, [](const Person& person) { return to_json(person); });
}

Result<Response> add_person(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"id", "name", "facilities", "roles"}));
  Person person;
  SHOMEI_TRY(person.id, text_member_or(body, "id", ""));
  SHOMEI_TRY(person.name, text_member(body, "name"));
  SHOMEI_TRY(person.facilities, text_list(body, "facilities"));
  SHOMEI_TRY(person.roles, text_list(body, "roles"));
  SHOMEI_TRY(const std::string id, call.parts.people.add_person(std::move(person), call.actor()));
  return person_answer(call, id, 201);
}

Result<Response> show_person(const Call& call) {
  return person_answer(call, call.id(), 200);
}

Result<Response> link_card(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"certificate"}));
  SHOMEI_TRY(const Bytes der, binary_member(body, "certificate"));
  SHOMEI_TRY(const auto certificate, auth::Certificate::parse(der));
  if ((certificate.facts().key_usage.value_or(0) & auth::key_usage::kDigitalSignature) == 0) {
    return fail(Code::kKeyUnsuitable, "not the authentication certificate: its key usage lacks digitalSignature");
  }
  SHOMEI_TRY(call.parts.people.link_card(call.id(), certificate, call.actor()));
  return person_answer(call, call.id(), 201);
}

Result<Response> add_membership(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"facility"}));
  SHOMEI_TRY(const std::string facility, text_member(body, "facility"));
  SHOMEI_TRY(call.parts.people.add_membership(call.id(), facility, call.actor()));
  return person_answer(call, call.id(), 201);
}

Result<Response> add_role(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"role"}));
  SHOMEI_TRY(const std::string role, text_member(body, "role"));
  SHOMEI_TRY(call.parts.people.add_role(call.id(), role, call.actor()));
  return person_answer(call, call.id(), 201);
}

Result<Response> list_sessions(const Call& call) {
  SHOMEI_TRY(const auto sessions, call.parts.login.sessions.living());
  return list_of("sessions", sessions, [](const SessionRecord& session) { return to_json(session); });
}

Result<Response> end_session(const Call& call) {
  SHOMEI_TRY(call.parts.login.sessions.end(call.id(), "administrator", call.actor()));
  return http::no_content();
}

Result<Response> list_audit(const Call& call) {
  constexpr std::int64_t kMost = 1000;
  SHOMEI_TRY(const std::int64_t after, number_parameter(call.request, "after", 0, INT64_MAX));
  SHOMEI_TRY(const std::int64_t limit, number_parameter(call.request, "limit", 100, kMost));
  SHOMEI_TRY(const auto records, call.store().audit(after, static_cast<std::size_t>(limit)));
  return list_of("records", records, [](const AuditRecord& record) { return to_json(record); });
}

constexpr auto kRows = std::to_array<Row>({
    {"GET", "/v1/admin/facilities", list_facilities},
    {"POST", "/v1/admin/facilities", add_facility},
    {"GET", "/v1/admin/persons", list_persons},
    {"POST", "/v1/admin/persons", add_person},
    {"GET", "/v1/admin/persons/{id}", show_person},
    {"POST", "/v1/admin/persons/{id}/cards", link_card, 128 << 10},
    {"POST", "/v1/admin/persons/{id}/facilities", add_membership},
    {"POST", "/v1/admin/persons/{id}/roles", add_role},
    {"GET", "/v1/admin/sessions", list_sessions},
    {"DELETE", "/v1/admin/sessions/{id}", end_session},
    {"GET", "/v1/admin/audit", list_audit},
});

void add(std::vector<http::Route>& routes, std::span<const Row> rows, const AdminParts& parts,
         const http::AccessRule& access) {
  for (const Row& row : rows) {
    routes.push_back({.method = row.method,
                      .pattern = row.pattern,
                      .limits = {.max_body = row.max_body},
                      .access = access,
                      .handler = [&parts, handler = row.handler](const Request& request) {
                        return handler({.parts = parts, .request = request});
                      }});
  }
}

}  // namespace

std::vector<http::Route> admin_routes(const AdminParts& parts, const http::AccessRule& access) {
  std::vector<http::Route> routes;
  add(routes, kRows, parts, access);
  add(routes, trust_rows(), parts, access);
  add(routes, hold_rows(), parts, access);
  add(routes, approval_rows(), parts, access);
  return routes;
}

}  // namespace shomei::server
