#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "auth/x509/finding.h"
#include "auth/x509/path_search.h"
#include "base/clock.h"

namespace shomei::auth {

/// What Botan 2.19, which shares no code with OpenSSL, says of exactly this path (end entity first, anchor last) at
/// that time: signatures, chaining of names, validity, basicConstraints and path lengths, nameConstraints as far as it
/// knows them. No CRLs, no policies. The anchor counts by its name and key only (RFC 5280 6.1.1 (d)); a path that is
/// nothing but its anchor has nothing to judge. Empty: it agrees. path.second-opinion (fail): it refuses, cannot read a
/// certificate or throws. path.second-opinion-abstained (info): it cannot judge this, by a row of `abstentions`.
/// Meant for paths that OpenSSL accepted. Usable from several threads; starts none. Up to 64 CA certificates stay
/// parsed.
std::vector<Finding> second_opinion(const Path& path, Time at);

/// What Botan 2.19 cannot judge.
struct Abstention {
  /// OID of the extension that it concerns; empty: see `reason`.
  std::string_view extension;
  /// The clause that it does not implement, or implements otherwise.
  std::string_view clause;
  std::string_view reason;
};
/// The one list of them.
std::span<const Abstention> abstentions();

}  // namespace shomei::auth
