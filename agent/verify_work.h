#pragma once

#include "agent/config.h"
#include "base/clock.h"
#include "base/json.h"
#include "signing/xml/xml_library.h"

namespace shomei::agent {

/// Judges a signed file with the trust of agent.toml, read anew for each call so that a new CRL counts at once.
class VerifyWork {
 public:
  VerifyWork(const TrustConfig& trust, const LimitsConfig& limits, const signing::XmlLibrary& xml, const Clock& clock)
      : trust_(trust), limits_(limits), xml_(xml), clock_(clock) {}

  /// Body of `POST /v1/verify` to `shomei verify --json`; where `signed_content` is true, each signature has the bytes
  /// that were signed besides (base64), the only ones that a caller may show as signed. Errors: json.malformed,
  /// input.*, anchor.missing (agent.toml trusts nobody), those of signing::verify.
  Result<OrderedJson> run(const Json& body, Language language) const;

 private:
  const TrustConfig& trust_;
  const LimitsConfig& limits_;
  const signing::XmlLibrary& xml_;
  const Clock& clock_;
};

}  // namespace shomei::agent
