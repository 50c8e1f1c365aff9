#pragma once

#include "signing/evidence_data.h"
#include "signing/extend.h"

namespace shomei::signing {

/// Out of what validation data is taken: the request's, and what a file carries (never as anchors).
struct EvidencePool {
  auth::ValidationInputs inputs;
  /// What the file carries alone, and the anchors.
  auth::ValidationInputs carried;
  const Policy* policy;
  /// The moment of the whole work.
  Time now;
};

/// What of `carried` does not parse is passed over.
EvidencePool pool_of(const ExtendRequest& request, const EvidenceData& carried, Time now);

/// More time stamps at one signature are refused (sign.unsupported).
inline constexpr std::size_t kMaxStamps = 64;

/// What it takes to judge one certificate later (EN 319 122-1 6.3, EN 319 132-1 6.3: "the full set of").
struct PathEvidence {
  /// certificates: end entity first, anchor last; of the lists and answers those that decided.
  EvidenceData data = {};
  /// Why it is not complete.
  std::optional<Pending> missing = std::nullopt;
};

/// Validates `leaf` as of `at` by the policy's freshness and takes what the verdict rests on; nothing where what the
/// file carries suffices, if `carried_counts`.
PathEvidence path_evidence(const auth::Certificate& leaf, auth::Purpose purpose, Time at, const EvidencePool& pool,
                           bool carried_counts);

/// genTime; nothing where the token cannot be read.
std::optional<Time> time_of_token(ByteView token);

/// The same for the TSA that made a DER time-stamp token. `since`: when an archive time stamp over it was made, from
/// which time on it need not be judged anew (EN 319 102-1 5.6.2.3); nothing: none is over it. Then its own time counts,
/// unless one is going to be made now (`archiving`): lists must be in force at that moment, or, by strict freshness, be
/// newer than the token.
PathEvidence tsa_evidence(ByteView token, std::optional<Time> since, bool archiving, const EvidencePool& pool);

/// Levels above `reached` up to `wished`, all for this reason; LTA also where it is reached and was to be renewed.
std::vector<Pending> pending_levels(Level reached, Level wished, const Pending& why);

/// Joins what several signatures lack: each level once, with the last of its times.
void merge(std::vector<Pending>& to, std::vector<Pending> more);

}  // namespace shomei::signing
