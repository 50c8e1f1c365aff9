#include <array>

#include "server/admin/call.h"
#include "server/admin/views.h"

namespace shomei::server {
namespace {

using http::Response;

Result<Response> list_approvals(const Call& call) {
  SHOMEI_TRY(const auto proposals, call.parts.approvals.list());
  return list_of("proposals", proposals, [](const ProposalRecord& proposal) { return to_json(proposal); });
}

OrderedJson show(const ProposalRecord& proposal) {
  OrderedJson json = to_json(proposal);
  json["content"] = OrderedJson::parse(proposal.content);
  return json;
}

Result<Response> show_approval(const Call& call) {
  SHOMEI_TRY(const ProposalRecord proposal, call.parts.approvals.find(call.id()));
  return answer(show(proposal));
}

/// What was proposed is judged anew: the trust of today may not be that of the proposal's day.
Result<Response> approve(const Call& call) {
  SHOMEI_TRY(const ProposalRecord proposal, call.parts.approvals.for_approval(call.id(), call.actor()));
  const Authority authority{.actor = call.actor(), .proposal = proposal.id, .proposed_by = proposal.by};
  SHOMEI_TRY(const Json content, parse_json(proposal.content, {.max_bytes = 64U << 20}));
  if (proposal.kind == kRelease) {
    SHOMEI_TRY(const HoldTarget target, hold_target(call, content));
    return release_now(call, target, authority);
  }
  SHOMEI_TRY(const TrustChange change, trust_change_from(proposal.kind, content));
  return apply_now(call, change, authority);
}

Result<Response> reject(const Call& call) {
  SHOMEI_TRY(const Json body, body_of(call, {"reason"}));
  SHOMEI_TRY(const std::string reason, text_member_or(body, "reason", ""));
  SHOMEI_TRY(const ProposalRecord proposal, call.parts.approvals.reject(call.id(), reason, call.actor()));
  return answer(to_json(proposal));
}

constexpr auto kRows = std::to_array<Row>({
    {"GET", "/v1/admin/approvals", list_approvals},
    {"GET", "/v1/admin/approvals/{id}", show_approval},
    {"POST", "/v1/admin/approvals/{id}/approve", approve},
    {"POST", "/v1/admin/approvals/{id}/reject", reject},
});

}  // namespace

std::span<const Row> approval_rows() {
  return kRows;
}

}  // namespace shomei::server
