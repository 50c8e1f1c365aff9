#pragma once

#include "server/trust/trust.h"

namespace shomei::server {

/// Changes that wait for a second person, where the configuration asks for two.
class Approvals {
 public:
  Approvals(Store& store, const Clock& clock, bool two_persons)
      : store_(store), clock_(clock), two_persons_(two_persons) {}

  bool needed() const { return two_persons_; }
  /// Open for seven days. `content`: JSON of the request. Errors: store.*.
  Result<ProposalRecord> propose(const std::string& kind, const std::string& subject, const Json& content,
                                 const std::string& actor);
  /// One that this actor may approve now. Errors: store.not_found, approval.closed, approval.own.
  Result<ProposalRecord> for_approval(const std::string& id, const std::string& actor);
  /// By whoever, the proposer too. Errors: store.not_found, approval.closed.
  Result<ProposalRecord> reject(const std::string& id, const std::string& reason, const std::string& actor);
  /// With the state "expired" where it is. Errors: store.not_found.
  Result<ProposalRecord> find(const std::string& id);
  /// The newest first, without their content.
  Result<std::vector<ProposalRecord>> list();

 private:
  ProposalRecord as_of_now(ProposalRecord proposal) const;

  Store& store_;
  const Clock& clock_;
  const bool two_persons_;
};

}  // namespace shomei::server
