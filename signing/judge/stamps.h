#pragma once

#include <functional>

#include "signing/judge/judge.h"
#include "signing/stamp_coverage.h"

namespace shomei::signing {

/// What the valid time stamps of one signature prove.
struct ProvedTimes {
  explicit ProvedTimes(Time now) : proofs(now) {}
  auth::ProofsOfExistence proofs;
  /// Of the oldest valid stamp over the signature value, and of the oldest over the signed data too.
  std::optional<Time> signature;
  std::optional<Time> signed_data;
  /// Of the newest valid content time stamp: the signature is not older than that.
  std::optional<Time> content;
};

/// What the file says that a stamp is over. Errors: as xades_coverage and cades_coverage.
using CoverageOf = std::function<Result<StampCoverage>(const TimestampFacts& stamp, DigestAlgorithm algorithm)>;

/// EN 319 102-1 5.4 and 5.6.2.3 for all stamps of a signature, from the newest to the oldest: each is judged as of the
/// time since which newer valid stamps prove it to exist, the newest as of the validation time. A valid one proves what
/// it is over. One whose certificate cannot be trusted with what is at hand proves nothing and is told; one that is
/// broken (imprint, format, its own signature) makes the signature INDETERMINATE, for somebody changed the file.
/// Fills timestamps and objects of the report. Errors: those of `coverage_of`.
Result<ProvedTimes> judge_timestamps(const CarriedEvidence& carried, const CoverageOf& coverage_of,
                                     const auth::ValidationInputs& evidence, const VerifyInputs& inputs,
                                     Judgement& judgement);

}  // namespace shomei::signing
