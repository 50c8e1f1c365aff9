#pragma once

#include "auth/x509/crl_rules.h"
#include "auth/x509/ocsp_rules.h"

namespace shomei::auth {

class OcspSource;

/// Answers at hand, and where to ask for others (may be null).
struct OcspEvidence {
  std::span<const OcspResponse> answers{};
  OcspSource* source = nullptr;
  OcspRules rules{};
};

/// Lists and answers together: revoked by any of them that counts is revoked, good by either suffices, anything else is
/// unknown. The source is asked where neither a list says revoked nor an answer at hand decides; what it requires and
/// does not get leaves the certificate unknown.
RevocationStatus judge_revocation(const RevocationQuestion& lists, const OcspEvidence& ocsp,
                                  std::vector<Finding>& findings);

/// What lists of the issuer say of a delegated responder's certificate.
RevocationState state_by_lists(const Certificate& signer, const Certificate& issuer, std::span<const Crl> lists,
                               Time at, const AlgorithmRules& algorithms);

}  // namespace shomei::auth
