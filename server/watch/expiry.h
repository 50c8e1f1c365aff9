#pragma once

#include <array>
#include <filesystem>

#include "base/json.h"
#include "server/trust/snapshot.h"

namespace shomei::server {

/// A certificate that will expire.
struct Expiring {
  /// "person", "ca", "anchor", "tsa" (CAs of use timestamp, and files), "server" (files).
  std::string kind{};
  std::string sha256{};
  std::string subject{};
  /// Of a CA its use, of a person the person's id, of a server certificate its file.
  std::string of{};
  Time not_after{};
};

/// A file of certificates, PEM or DER, whose end is of interest. Kind: "server" or "tsa".
struct WatchedFile {
  std::string kind;
  std::filesystem::path file;
};

inline constexpr std::array<int, 3> kExpiryDays{90, 30, 7};

/// Whole days until then; negative when it is past.
std::int64_t days_left(const Expiring& one, Time now);

/// The smallest of kExpiryDays that is reached, zero when it has expired; nothing while it is farther away.
std::optional<int> threshold_of(const Expiring& one, Time now);

/// What expires within so many days or has expired, soonest first. Of a person's certificates for one use only the one
/// that lasts longest, and only those that got in. Errors: store.*; input.* of a file.
Result<std::vector<Expiring>> expiring(Store& store, const TrustSnapshot& trust, const std::vector<WatchedFile>& files,
                                       Time now, int days);

/// {"kind", "subject", "of", "not_after", "days", "sha256"}.
OrderedJson to_json(const Expiring& one, Time now);

}  // namespace shomei::server
