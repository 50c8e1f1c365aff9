#include "server/admin/call.h"

#include <fmt/format.h>

#include "server/admin/views.h"
#include "server/trust/end_sessions.h"

namespace shomei::server {
namespace {

/// A list that is newer by the rules needs nobody's approval, as one that was fetched.
bool needs_approval(const TrustChange& change) {
  const auto* import = std::get_if<trust_change::ImportCrl>(&change);
  return import == nullptr || import->again;
}

OrderedJson show(const TrustPlan& made, Time now) {
  OrderedJson json = OrderedJson::object();
  if (made.list) {
    json = to_json(made.list->record, true, now);
  } else if (made.event == "ca.added") {
    json = to_json(made.candidate->cas.back());
  } else {
    json = OrderedJson::parse(made.detail);
  }
  json["generation"] = made.candidate->seq;
  json["changed"] = made.changed;
  json["warnings"] = made.warnings;
  return json;
}

}  // namespace

Result<Json> body_of(const Call& call, const std::vector<std::string_view>& known) {
  SHOMEI_TRY(Json body, call.request.json());
  SHOMEI_TRY(only_members(body, known));
  return body;
}

Result<Bytes> binary_member(const Json& body, std::string_view name) {
  SHOMEI_TRY(const std::string text, text_member(body, name));
  return from_base64(text, Blanks::kSkip);
}

Result<std::int64_t> number_parameter(const http::Request& request, const std::string& name, std::int64_t fallback,
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

Result<http::Response> propose(const Call& call, std::string_view kind, const std::string& subject,
                               const Json& content) {
  SHOMEI_TRY(const ProposalRecord proposal,
             call.parts.approvals.propose(std::string(kind), subject, content, call.actor()));
  return answer({{"proposal", to_json(proposal)}}, 202);
}

Result<http::Response> change_trust(const Call& call, const TrustChange& change) {
  if (!call.parts.approvals.needed() || !needs_approval(change)) {
    return apply_now(call, change, {.actor = call.actor()});
  }
  // What would be refused is refused now.
  SHOMEI_TRY(const TrustPlan plan, call.parts.trust.try_out(change, call.actor()));
  return propose(call, kind_of(change), plan.subject, to_json(plan.change));
}

Result<http::Response> apply_now(const Call& call, const TrustChange& change, const Authority& authority) {
  SHOMEI_TRY(const TrustPlan made, call.parts.trust.apply(change, authority));
  SHOMEI_TRY(const std::size_t ended, end_untrusted(call.parts.login.sessions, *made.candidate, authority.actor));
  OrderedJson json = show(made, call.now());
  json["sessions_ended"] = ended;
  const bool added = made.changed && (made.list || made.event == "ca.added");
  return answer(json, added ? 201 : 200);
}

Result<http::Response> release_now(const Call& call, const HoldTarget& target, const Authority& authority) {
  SHOMEI_TRY(call.parts.holds.release(target, authority));
  return http::no_content();
}

}  // namespace shomei::server
