#pragma once

#include <gtest/gtest.h>

#include "auth/x509/ocsp_rules.h"
#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {

/// A CA, a certificate that it issued, and those who may answer for it. All are valid from 2026-01-01 to 2027-01-01.
struct OcspWorld {
  OcspWorld();

  /// Issued by the CA with these further extensions.
  Certificate delegate(const std::vector<std::pair<std::string, std::string>>& extensions) const;

  OwnedPkey ca_key = forge_key();
  OwnedPkey other_key = forge_key();
  OwnedPkey responder_key = forge_key();
  Certificate ca;
  /// Same name, another key.
  Certificate namesake;
  Certificate leaf;
  /// With everything that a delegated responder needs, and id-pkix-ocsp-nocheck.
  Certificate responder;
  AlgorithmRules algorithms = ProfileSet::defaults().algorithms;
  Time at = parse_rfc3339("2026-06-01T12:00:00Z").value();

  OcspQuestion question() const { return {.subject = &leaf, .issuer = &ca, .at = at, .algorithms = &algorithms}; }
};

/// One SingleResponse. Times in seconds from OcspWorld's `at`.
struct ForgedSingle {
  const Certificate* subject = nullptr;
  const Certificate* issuer = nullptr;
  int state = 0;
  std::optional<long> revoked_at{};
  int reason = -1;
  long this_update = -3600;
  std::optional<long> next_update = 3600;
  DigestAlgorithm algorithm = DigestAlgorithm::kSha1;
  /// Critical extension with this OID.
  std::string critical{};
  std::optional<long> archive_cutoff{};
};

/// An answer made by OpenSSL. By default: good, about the leaf, by the CA itself, named by key.
struct ForgedOcsp {
  std::vector<ForgedSingle> singles{{}};
  const Certificate* signer = nullptr;
  EVP_PKEY* key = nullptr;
  bool by_name = false;
  bool enclose = true;
  long produced_at = -3600;
  Bytes nonce{};
  std::string critical{};
  const EVP_MD* digest = EVP_sha256();
  /// RSASSA-PSS, for an RSA key.
  bool pss = false;
};
Bytes forge_ocsp_der(const OcspWorld& world, const ForgedOcsp& what);
OcspResponse forge_ocsp(const OcspWorld& world, const ForgedOcsp& what);
/// An answer without content.
Bytes forge_ocsp_status(int status);

}  // namespace shomei::auth
