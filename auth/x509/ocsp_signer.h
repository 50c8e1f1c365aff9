#pragma once

#include "auth/x509/ocsp_rules.h"

namespace shomei::auth {

/// Who signed the answer, and whether he may (RFC 6960 4.2.2.2); `at`: when a delegated signer's certificate must be
/// valid. Adds an objection of severity fail, or a warning, or nothing.
void check_ocsp_signer(const OcspResponse& response, const OcspQuestion& question, Time at,
                       std::vector<Finding>& findings);

/// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).
bool has_nocheck(const Certificate& certificate);

}  // namespace shomei::auth
