#pragma once

#include <functional>
#include <span>

#include "auth/x509/path_search.h"
#include "auth/x509/validate.h"

namespace shomei::auth {

/// Reasons (bits of RFC 5280 4.2.1.13) for which the list speaks about the certificate by the rules of RFC 5280 6.3.3
/// (b): scope flags, and names of issuingDistributionPoint against cRLDistributionPoints. Zero: out of scope.
std::uint32_t covered_reasons(const Crl& crl, const Certificate& certificate);
inline constexpr std::uint32_t kAllReasons = 0x1FE;

/// Whose lists may speak about the certificate: its issuer's, and those of cRLIssuers in its distribution points. The
/// names live as long as the certificate.
std::vector<const X509_NAME*> list_issuers(const Certificate& certificate);

/// Whether that other certificate of the CA, which signed the list, is itself to be trusted.
using TrustSigner = std::function<bool(const Certificate& signer)>;

struct RevocationQuestion {
  const Path* path;
  /// Index in `path` of the certificate in question; its issuer is the next one.
  std::size_t index;
  std::span<const Crl> lists{};
  /// Certificates that may have signed a list with another key of the same CA.
  std::span<const Certificate> other_signers{};
  TrustSigner trust_signer{};
  const ValidationOptions* options;
  const AlgorithmRules* algorithms;
  /// When the CA that issued the certificate was itself revoked, after the time of validation.
  std::optional<Time> issuer_revoked_at{};
};

/// RFC 5280 6.3.3; deltas amend the complete list that they fit: the newest list in force
/// decides for each reason. A list that is no longer in force can still condemn, never acquit. Findings tell why lists
/// did not count.
RevocationStatus judge_revocation(const RevocationQuestion& question, std::vector<Finding>& findings);

}  // namespace shomei::auth
