#pragma once

#include "base/transport.h"
#include "server/trust/trust.h"

namespace shomei::server {

/// What one attempt at a source came to.
struct FetchResult {
  enum class Outcome : std::uint8_t {
    kImported,
    kUnchanged,
    /// The source or the way to it: refused, cut off, an error page, a status.
    kFailed,
    /// It brought a list that must not be taken: wrong signature, older than the one in force, another issuer.
    kRefused,
    /// A delta that starts later than our complete list.
    kGap
  };
  Outcome outcome = Outcome::kFailed;
  /// For people; empty when there is nothing to say.
  std::string detail{};
  /// The record after this attempt, but for the next try.
  CrlSourceRecord source{};
  std::optional<CrlImport> import{};
};
/// "imported", "unchanged", "failed", "refused", "gap".
std::string_view name(FetchResult::Outcome outcome);

/// Asks a source once (conditionally, if the list that it brought last is in force) and gives what it brings, DER or
/// PEM, to Trust::import_crl. Whatever goes wrong, what is in force stays in force.
FetchResult fetch_once(Transport& transport, Trust& trust, const CrlSourceRecord& source, Time now);

}  // namespace shomei::server
