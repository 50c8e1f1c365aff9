#pragma once

#include <functional>

#include "server/metrics/metrics.h"
#include "server/signatures/settings.h"
#include "server/trust/trust.h"
#include "signing/extend.h"
#include "signing/verify.h"

namespace shomei::server {

/// What the queue has done by signing/: the seam at which tests make it fail.
struct SignatureTools {
  std::function<Result<signing::VerifyReport>(const signing::VerifyInputs&)> verify;
  std::function<Result<signing::Extended>(const signing::ExtendRequest&)> extend;
};

struct SignatureParts {
  Store& store;
  const Clock& clock;
  const Trust& trust;
  Metrics& metrics;
  const SignatureSettings& settings;
  SignatureTools tools;
  /// Of time stamps.
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
};

/// CAs of the uses signature and timestamp, and all lists in force.
auth::ValidationInputs signature_evidence(const TrustSnapshot& trust);
/// How signatures are judged: by the rules in force, with the freshness of the settings.
signing::Policy signature_policy(const TrustSnapshot& trust, const SignatureSettings& settings);

/// The file and what it is over, out of the store's contents.
struct SignatureFiles {
  signing::Document file;
  std::vector<signing::Document> detached;
};
SignatureFiles files_of(std::string name, std::vector<SignatureContent> contents);

}  // namespace shomei::server
