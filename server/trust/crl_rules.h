#pragma once

#include "server/trust/trust.h"

namespace shomei::server {

/// Names what a list is for, its own line of succession: its key, its issuingDistributionPoint (a root's lists for
/// users and for CAs differ there, as do partitions and lists for some reasons), and whether it is a delta. After a key
/// rollover the list of the new key is another scope, and the one of the old key stays.
std::string scope_of(const auth::Crl& crl);
/// The same of the complete list that a delta amends.
std::string complete_scope_of(const auth::Crl& crl);

/// cRLNumbers (hexadecimal of DER content) as numbers: below zero, zero or above zero.
int compare_numbers(const std::string& a, const std::string& b);

/// What a list must be in itself. Errors: crl.refused.
Result<void> check_form(const auth::Crl& crl, Time now);

/// That a pinned CA that may sign lists did: the certificates' own, or for an indirect list the one that they name.
/// Errors: crl.refused.
Result<void> check_signer(const auth::Crl& crl, const std::vector<TrustSnapshot::Ca>& cas);

/// What a delta is to the complete list of its scope in force.
enum class DeltaFit : std::uint8_t {
  kAmends,
  kNoBase,
  /// BaseCRLNumber is above the number in force: only a newer complete list helps.
  kGap,
  /// The complete list has all of it.
  kOlder
};
DeltaFit fit_of(const auth::Crl& delta, const std::vector<TrustSnapshot::List>& lists);
/// That a delta amends a complete list in force; other lists pass. Errors: crl.refused.
Result<void> check_delta(const auth::Crl& crl, const std::vector<TrustSnapshot::List>& lists);

/// That it is not older than the list of its scope in force. Errors: crl.refused.
Result<void> check_succession(const CrlRecord& next, const CrlRecord& in_force);

}  // namespace shomei::server
