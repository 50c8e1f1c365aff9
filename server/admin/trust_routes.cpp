#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "server/admin/call.h"
#include "server/admin/views.h"

namespace shomei::server {
namespace {

using http::Request;
using http::Response;

constexpr JsonLimits kLongBody{.max_bytes = 64U << 20};

/// A body that may hold a long list.
Result<Json> long_body(const Call& call) {
  return parse_json(call.request.body, kLongBody);
}

Result<Response> change_by(const Call& call, std::string_view kind) {
  SHOMEI_TRY(const Json body, long_body(call));
  SHOMEI_TRY(const TrustChange change, trust_change_from(kind, body));
  return change_trust(call, change);
}

Result<Response> list_cas(const Call& call) {
  return list_of("cas", call.parts.trust.snapshot()->cas, [](const auto& ca) { return to_json(ca); });
}

Result<Response> add_ca(const Call& call) {
  return change_by(call, "ca.add");
}

Result<Response> remove_ca(const Call& call) {
  return change_trust(call, trust_change::RemoveCa{.use = call.request.path_values.at("use"), .sha256 = call.id()});
}

bool in_force(const TrustSnapshot& trust, const std::string& sha256) {
  return std::ranges::find(trust.content.crls, sha256) != trust.content.crls.end();
}

bool set_aside(const TrustSnapshot& trust, const std::string& sha256) {
  return std::ranges::find(trust.content.set_aside, sha256, &TrustContent::SetAside::sha256) !=
         trust.content.set_aside.end();
}

OrderedJson show(const Call& call, const TrustSnapshot& trust, const CrlRecord& crl) {
  OrderedJson json = to_json(crl, in_force(trust, crl.sha256), call.now());
  const FreshnessRules& freshness = call.parts.trust.freshness();
  json["level"] = json["current"] == true ? OrderedJson(name(freshness.level(crl, call.now()))) : OrderedJson();
  json["set_aside"] = set_aside(trust, crl.sha256);
  return json;
}

Result<Response> list_crls(const Call& call) {
  SHOMEI_TRY(const auto crls, call.store().crls());
  const auto trust = call.parts.trust.snapshot();
  return list_of("crls", crls, [&](const CrlRecord& crl) { return show(call, *trust, crl); });
}

Result<Response> show_crl(const Call& call) {
  SHOMEI_TRY(const auto crl, call.store().find_crl(call.id()));
  if (!crl) {
    return fail(Code::kStoreNotFound, fmt::format("CRL {}", call.id()));
  }
  OrderedJson json = show(call, *call.parts.trust.snapshot(), *crl);
  json["crl"] = to_base64(crl->der);
  return answer(json);
}

Result<Response> import_crl(const Call& call) {
  return change_by(call, "crl.import");
}

Result<Response> show_policy(const Call& call) {
  const auto trust = call.parts.trust.snapshot();
  if (!trust->policy) {
    return answer({{"sha256", nullptr}, {"text", ""}, {"source", "configuration"}});
  }
  return answer({{"sha256", trust->policy->sha256},
                 {"text", trust->policy->text},
                 {"source", "administration"},
                 {"added_at", to_rfc3339(trust->policy->added_at)},
                 {"added_by", trust->policy->added_by}});
}

Result<Response> set_policy(const Call& call) {
  return change_by(call, "policy.set");
}

/// Newest first; what each changed is told by its kind and subject, what it holds by `show`.
Result<Response> list_generations(const Call& call) {
  SHOMEI_TRY(const std::int64_t before, number_parameter(call.request, "before", INT64_MAX, INT64_MAX));
  SHOMEI_TRY(const std::int64_t limit, number_parameter(call.request, "limit", 50, 1000));
  SHOMEI_TRY(const auto generations, call.store().generations(before, static_cast<std::size_t>(limit)));
  const std::int64_t present = call.parts.trust.snapshot()->seq;
  return list_of("generations", generations, [&](const GenerationRecord& generation) {
    OrderedJson json = to_json(generation);
    json["current"] = generation.seq == present;
    return json;
  });
}

Result<Response> show_generation(const Call& call) {
  std::int64_t seq = 0;
  std::from_chars(call.id().data(), call.id().data() + call.id().size(), seq);
  SHOMEI_TRY(const auto generation, call.store().find_generation(seq));
  if (!generation) {
    return fail(Code::kStoreNotFound, fmt::format("generation {}", call.id()));
  }
  OrderedJson json = to_json(*generation);
  json["content"] = OrderedJson::parse(generation->content);
  return answer(json);
}

Result<Response> roll_back(const Call& call) {
  return change_by(call, "trust.rollback");
}

Result<Response> rehearsal_answer(const Call& call, const std::string& id, std::int64_t wait, int status) {
  SHOMEI_TRY(const Rehearsal rehearsal, call.parts.rehearsals.find(id, std::chrono::seconds(wait)));
  return answer(to_json(rehearsal, http::language_of(call.request)), status);
}

Result<Response> rehearse(const Call& call) {
  SHOMEI_TRY(const Json body, long_body(call));
  SHOMEI_TRY(const std::string kind, text_member(body, "kind"));
  SHOMEI_TRY(const TrustChange change, trust_change_from(kind, body));
  SHOMEI_TRY(const std::string id, call.parts.rehearsals.start(change, call.actor()));
  return rehearsal_answer(call, id, 0, 202);
}

Result<Response> show_rehearsal(const Call& call) {
  SHOMEI_TRY(const std::int64_t wait, number_parameter(call.request, "wait", 0, 10));
  return rehearsal_answer(call, call.id(), wait, 200);
}

Result<Response> cancel_rehearsal(const Call& call) {
  SHOMEI_TRY(call.parts.rehearsals.cancel(call.id()));
  return http::no_content();
}

constexpr std::size_t kLong = 64U << 20;
constexpr std::size_t kPolicy = 1U << 20;

constexpr auto kRows = std::to_array<Row>({
    {"GET", "/v1/admin/cas", list_cas},
    {"POST", "/v1/admin/cas", add_ca, 128 << 10},
    {"DELETE", "/v1/admin/cas/{use}/{id}", remove_ca},
    {"GET", "/v1/admin/crls", list_crls},
    {"POST", "/v1/admin/crls", import_crl, kLong},
    {"GET", "/v1/admin/crls/{id}", show_crl},
    {"GET", "/v1/admin/policy", show_policy},
    {"PUT", "/v1/admin/policy", set_policy, kPolicy},
    {"GET", "/v1/admin/trust", list_generations},
    {"GET", "/v1/admin/trust/{id}", show_generation},
    {"POST", "/v1/admin/trust/rollback", roll_back},
    {"POST", "/v1/admin/rehearsals", rehearse, kLong},
    {"GET", "/v1/admin/rehearsals/{id}", show_rehearsal},
    {"DELETE", "/v1/admin/rehearsals/{id}", cancel_rehearsal},
});

}  // namespace

std::span<const Row> trust_rows() {
  return kRows;
}

}  // namespace shomei::server
