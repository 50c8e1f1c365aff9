#include "server/admin/approvals.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "server/audit/audit.h"

namespace shomei::server {
namespace {

constexpr std::chrono::days kOpen{7};
constexpr std::size_t kListed = 200;

}  // namespace

ProposalRecord Approvals::as_of_now(ProposalRecord proposal) const {
  if (proposal.state == "open" && proposal.expires_at <= clock_.now()) {
    proposal.state = "expired";
  }
  return proposal;
}

Result<ProposalRecord> Approvals::propose(const std::string& kind, const std::string& subject, const Json& content,
                                          const std::string& actor) {
  const Time now = clock_.now();
  ProposalRecord proposal{.id = to_hex(random_bytes(6)),
                          .kind = kind,
                          .subject = subject,
                          .content = content.dump(),
                          .by = actor,
                          .at = now,
                          .expires_at = now + kOpen};
  const Change change = change::AddProposal{proposal};
  SHOMEI_TRY(store_.commit({&change, 1}, audit_event(clock_, "approval.proposed", actor, subject,
                                                     {{"proposal", proposal.id}, {"kind", kind}})));
  return proposal;
}

Result<ProposalRecord> Approvals::find(const std::string& id) {
  SHOMEI_TRY(auto found, store_.find_proposal(id));
  return found ? Result<ProposalRecord>(as_of_now(*std::move(found))) : fail(Code::kStoreNotFound, "proposal " + id);
}

Result<ProposalRecord> Approvals::for_approval(const std::string& id, const std::string& actor) {
  SHOMEI_TRY(ProposalRecord proposal, find(id));
  if (proposal.state != "open") {
    return fail(Code::kApprovalClosed, proposal.state);
  }
  return proposal.by != actor ? Result<ProposalRecord>(std::move(proposal)) : fail(Code::kApprovalOwn, actor);
}

Result<ProposalRecord> Approvals::reject(const std::string& id, const std::string& reason, const std::string& actor) {
  SHOMEI_TRY(const ProposalRecord proposal, find(id));
  const Change change = change::DecideProposal{.id = id, .state = "rejected", .by = actor, .at = clock_.now()};
  SHOMEI_TRY(store_.commit(
      {&change, 1},
      audit_event(clock_, "approval.rejected", actor, proposal.subject,
                  {{"proposal", id}, {"kind", proposal.kind}, {"proposed_by", proposal.by}, {"reason", reason}})));
  return find(id);
}

Result<std::vector<ProposalRecord>> Approvals::list() {
  SHOMEI_TRY(auto proposals, store_.proposals(kListed));
  for (ProposalRecord& proposal : proposals) {
    proposal = as_of_now(std::move(proposal));
  }
  return proposals;
}

}  // namespace shomei::server
