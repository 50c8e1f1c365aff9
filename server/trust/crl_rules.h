#pragma once

#include "server/trust/trust.h"

namespace shomei::server {

/// Names what a list is for: its key and issuingDistributionPoint (a root's lists for users and for CAs differ there).
std::string scope_of(const auth::Crl& crl);

/// cRLNumbers (hexadecimal of DER content) as numbers: below zero, zero or above zero.
int compare_numbers(const std::string& a, const std::string& b);

/// What a list must be in itself. Errors: crl.refused.
Result<void> check_form(const auth::Crl& crl, Time now);

/// That a pinned CA signed it. Errors: crl.refused.
Result<void> check_signer(const auth::Crl& crl, const std::vector<TrustSnapshot::Ca>& cas);

/// That it is not older than the list of its scope in force. Errors: crl.refused.
Result<void> check_succession(const CrlRecord& next, const CrlRecord& in_force);

}  // namespace shomei::server
