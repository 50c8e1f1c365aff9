#include "server/admin/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "server/admin/views.h"
#include "server/oidc/authority.h"

namespace shomei::server {
namespace {

using http::Request;
using http::Response;

/// A request with what it works on and who acts.
struct Call {
  const AdminParts& parts;
  const Request& request;
  std::string actor() const { return actor_of(parts.login, request); }
  Store& store() const { return parts.login.store; }
  const std::string& id() const { return request.path_values.at("id"); }
};

template <class Values, class Show>
Result<Response> list_of(const char* name, const Values& values, Show show) {
  OrderedJson list = OrderedJson::array();
  for (const auto& value : values) {
    list.push_back(show(value));
  }
  // Members keep their order: an audit record's hash covers its detail as it was written.
  return Response{.status = 200, .body = OrderedJson{{name, std::move(list)}}.dump()};
}

/// The body, with no other members than these.
Result<Json> body_of(const Call& call, const std::vector<std::string_view>& known) {
  SHOMEI_TRY(Json body, call.request.json());
  SHOMEI_TRY(only_members(body, known));
  return body;
}

Result<Bytes> binary_member(const Json& body, std::string_view name) {
  SHOMEI_TRY(const std::string text, text_member(body, name));
  return from_base64(text, Blanks::kSkip);
}

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

Result<Response> list_cas(const Call& call) {
  return list_of("cas", call.parts.trust.snapshot()->cas, [](const auto& ca) { return to_json(ca); });
}

Result<Response> add_ca(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"use", "certificate", "sha256"}));
  SHOMEI_TRY(const std::string use, text_member(body, "use"));
  SHOMEI_TRY(const std::string sha256, text_member(body, "sha256"));
  SHOMEI_TRY(const Bytes der, binary_member(body, "certificate"));
  SHOMEI_TRY(const auto ca, call.parts.trust.add_ca(use, der, sha256, call.actor()));
  return http::json_response(Json(to_json(ca)), 201);
}

bool in_force(const TrustSnapshot& trust, const std::string& sha256) {
  return std::ranges::any_of(trust.lists, [&](const auto& list) { return list.record.sha256 == sha256; });
}

Result<Response> list_crls(const Call& call) {
  SHOMEI_TRY(const auto crls, call.store().crls());
  const auto trust = call.parts.trust.snapshot();
  return list_of("crls", crls, [&](const CrlRecord& crl) { return to_json(crl, in_force(*trust, crl.sha256)); });
}

Result<Response> show_crl(const Call& call) {
  SHOMEI_TRY(const auto crl, call.store().find_crl(call.id()));
  if (!crl) {
    return fail(Code::kStoreNotFound, fmt::format("CRL {}", call.id()));
  }
  Json answer = Json(to_json(*crl, in_force(*call.parts.trust.snapshot(), crl->sha256)));
  answer["crl"] = to_base64(crl->der);
  return http::json_response(answer);
}

/// Sessions of cards that the list revokes.
Result<std::size_t> end_revoked(const Call& call, const auth::Crl& crl) {
  const auto revoked = [&](const SessionRecord& session) {
    const auto serial = from_hex(session.certificate_serial);
    return session.card_issuer == crl.facts().issuer && serial && crl.find(*serial).has_value();
  };
  return call.parts.login.sessions.end_where(revoked, "revoked", call.actor());
}

Result<Response> import_crl(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"crl"}));
  SHOMEI_TRY(Bytes der, binary_member(body, "crl"));
  SHOMEI_TRY(const CrlImport import, call.parts.trust.import_crl(std::move(der), call.actor()));
  SHOMEI_TRY(const std::size_t ended, end_revoked(call, import.crl));
  Json answer = Json(to_json(import.record, true));
  answer["warnings"] = import.warnings;
  answer["sessions_ended"] = ended;
  return http::json_response(answer, import.known ? 200 : 201);
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

Result<Response> hold(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"reason"}));
  SHOMEI_TRY(const std::string reason, text_member(body, "reason"));
  SHOMEI_TRY(call.parts.people.set_hold(call.id(), reason, call.actor()));
  SHOMEI_TRY(call.parts.login.sessions.end_where(
      [&](const SessionRecord& session) { return session.person == call.id(); }, "hold", call.actor()));
  return person_answer(call, call.id(), 200);
}

Result<Response> release(const Call& call) {
  SHOMEI_TRY(call.parts.people.set_hold(call.id(), std::nullopt, call.actor()));
  return http::no_content();
}

Result<Response> list_sessions(const Call& call) {
  SHOMEI_TRY(const auto sessions, call.parts.login.sessions.living());
  return list_of("sessions", sessions, [](const SessionRecord& session) { return to_json(session); });
}

Result<Response> end_session(const Call& call) {
  SHOMEI_TRY(call.parts.login.sessions.end(call.id(), "administrator", call.actor()));
  return http::no_content();
}

Result<std::int64_t> number_parameter(const Request& request, const std::string& name, std::int64_t fallback,
                                      std::int64_t most) {
  const auto given = request.query.find(name);
  if (given == request.query.end()) {
    return fallback;
  }
  const std::string& text = given->second;
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0 || value > most) {
    return fail(Code::kUsage, fmt::format("{} must be a number from 0 to {}", name, most));
  }
  return value;
}

Result<Response> list_audit(const Call& call) {
  constexpr std::int64_t kMost = 1000;
  SHOMEI_TRY(const std::int64_t after, number_parameter(call.request, "after", 0, INT64_MAX));
  SHOMEI_TRY(const std::int64_t limit, number_parameter(call.request, "limit", 100, kMost));
  SHOMEI_TRY(const auto records, call.store().audit(after, static_cast<std::size_t>(limit)));
  return list_of("records", records, [](const AuditRecord& record) { return to_json(record); });
}

struct Row {
  const char* method;
  const char* pattern;
  Result<Response> (*handler)(const Call&);
  std::size_t max_body = 64 << 10;
};

constexpr auto kRows = std::to_array<Row>({
    {"GET", "/v1/admin/cas", list_cas},
    {"POST", "/v1/admin/cas", add_ca, 128 << 10},
    {"GET", "/v1/admin/crls", list_crls},
    {"POST", "/v1/admin/crls", import_crl, 64 << 20},
    {"GET", "/v1/admin/crls/{id}", show_crl},
    {"GET", "/v1/admin/facilities", list_facilities},
    {"POST", "/v1/admin/facilities", add_facility},
    {"GET", "/v1/admin/persons", list_persons},
    {"POST", "/v1/admin/persons", add_person},
    {"GET", "/v1/admin/persons/{id}", show_person},
    {"POST", "/v1/admin/persons/{id}/cards", link_card, 128 << 10},
    {"POST", "/v1/admin/persons/{id}/facilities", add_membership},
    {"POST", "/v1/admin/persons/{id}/roles", add_role},
    {"POST", "/v1/admin/persons/{id}/hold", hold},
    {"DELETE", "/v1/admin/persons/{id}/hold", release},
    {"GET", "/v1/admin/sessions", list_sessions},
    {"DELETE", "/v1/admin/sessions/{id}", end_session},
    {"GET", "/v1/admin/audit", list_audit},
});

}  // namespace

std::vector<http::Route> admin_routes(const AdminParts& parts, const http::AccessRule& access) {
  std::vector<http::Route> routes;
  routes.reserve(kRows.size());
  for (const Row& row : kRows) {
    routes.push_back({.method = row.method,
                      .pattern = row.pattern,
                      .limits = {.max_body = row.max_body},
                      .access = access,
                      .handler = [&parts, handler = row.handler](const Request& request) {
                        return handler({.parts = parts, .request = request});
                      }});
  }
  return routes;
}

}  // namespace shomei::server
