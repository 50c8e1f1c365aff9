#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "auth/x509/revocation.h"
#include "server/admin/call.h"
#include "server/admin/views.h"

namespace shomei::server {
namespace {

using http::Response;

/// A hold with a misspelt name would be none.
Result<void> check_issuer(const Call& call, const std::string& issuer) {
  const auto trust = call.parts.trust.snapshot();
  const bool known = std::ranges::any_of(
      trust->cas, [&](const TrustSnapshot::Ca& ca) { return ca.certificate.facts().subject == issuer; });
  return known ? Result<void>() : fail(Code::kStoreNotFound, fmt::format("no CA here has the name {}", issuer));
}

Result<HoldTarget> target_of_certificate(const Json& body) {
  SHOMEI_TRY(const Bytes der, binary_member(body, "certificate"));
  SHOMEI_TRY(const auto certificate, auth::Certificate::parse(der));
  const auto& facts = certificate.facts();
  if ((facts.key_usage.value_or(0) & auth::key_usage::kDigitalSignature) == 0) {
    return fail(Code::kKeyUnsuitable, "not the authentication certificate: its key usage lacks digitalSignature");
  }
  return HoldTarget{.issuer = facts.issuer, .serial = facts.serial};
}

Result<Response> list_holds(const Call& call) {
  SHOMEI_TRY(const HoldRecords holds, call.store().holds());
  return answer(to_json(holds));
}

OrderedJson show(const HoldTarget& target) {
  return target.person.empty() ? OrderedJson{{"issuer", target.issuer}, {"serial", target.serial}}
                               : OrderedJson{{"person", target.person}};
}

Result<Response> add_hold(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"certificate", "issuer", "serial", "person", "reason"}));
  SHOMEI_TRY(const HoldTarget target, hold_target(call, body));
  SHOMEI_TRY(const std::string reason, text_member_or(body, "reason", target.person.empty() ? "" : "-"));
  SHOMEI_TRY(const std::size_t ended, call.parts.holds.hold(target, reason, call.actor()));
  OrderedJson json = show(target);
  json["reason"] = reason;
  json["sessions_ended"] = ended;
  return answer(json, 201);
}

Result<Response> release(const Call& call, const HoldTarget& target) {
  if (!call.parts.approvals.needed()) {
    return release_now(call, target, {.actor = call.actor()});
  }
  const OrderedJson content = show(target);
  return propose(call, kRelease, target.person.empty() ? target.issuer + " " + target.serial : target.person,
                 Json(content));
}

Result<Response> remove_hold(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"certificate", "issuer", "serial", "person"}));
  SHOMEI_TRY(const HoldTarget target, hold_target(call, body));
  return release(call, target);
}

/// The same by the person's path.
Result<Response> hold_person(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"reason"}));
  SHOMEI_TRY(const std::string reason, text_member(body, "reason"));
  SHOMEI_TRY(call.parts.holds.hold({.issuer = {}, .serial = {}, .person = call.id()}, reason, call.actor()));
  SHOMEI_TRY(const auto person, call.store().find_person(call.id()));
  return answer(to_json(person.value()));
}

Result<Response> release_person(const Call& call) {
  return release(call, {.issuer = {}, .serial = {}, .person = call.id()});
}

constexpr auto kRows = std::to_array<Row>({
    {"GET", "/v1/admin/holds", list_holds},
    {"POST", "/v1/admin/holds", add_hold, 128 << 10},
    {"DELETE", "/v1/admin/holds", remove_hold, 128 << 10},
    {"POST", "/v1/admin/persons/{id}/hold", hold_person},
    {"DELETE", "/v1/admin/persons/{id}/hold", release_person},
});

}  // namespace

Result<HoldTarget> hold_target(const Call& call, const Json& body) {
  HoldTarget target;
  const int ways = (body.contains("person") ? 1 : 0) + (body.contains("certificate") ? 1 : 0) +
                   (body.contains("issuer") || body.contains("serial") ? 1 : 0);
  if (ways != 1) {
    return fail(Code::kUsage, "name a certificate, or issuer and serial, or a person");
  }
  if (body.contains("person")) {
    SHOMEI_TRY(target.person, text_member(body, "person"));
    return target.person.empty() ? Result<HoldTarget>(fail(Code::kUsage, "person is empty")) : target;
  }
  if (body.contains("certificate")) {
    SHOMEI_TRY(target, target_of_certificate(body));
  } else {
    SHOMEI_TRY(target.issuer, text_member(body, "issuer"));
    SHOMEI_TRY(const std::string serial, text_member(body, "serial"));
    SHOMEI_TRY(const Bytes octets, auth::serial_from_hex(serial));
    target.serial = to_hex(octets);
  }
  SHOMEI_TRY(check_issuer(call, target.issuer));
  return target;
}

std::span<const Row> hold_rows() {
  return kRows;
}

}  // namespace shomei::server
