#pragma once

#include <chrono>
#include <filesystem>

#include "auth/x509/revocation.h"
#include "base/digest.h"
#include "base/toml.h"
#include "signing/level.h"

namespace shomei::server {

/// [timestamp]: where time stamps come from.
struct TimestampSettings {
  /// Asked in this order; none: levels that need a stamp stay pending.
  std::vector<std::string> urls{};
  std::vector<std::filesystem::path> tls_ca{};
  /// OID that the stamp must be made under; empty: the authority's own.
  std::string policy{};
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  /// For authorities that ask who is there (TLS client authentication).
  std::filesystem::path certificate{};
  std::filesystem::path key{};
  /// How long one authority may take.
  std::chrono::seconds answer_time{30};
};

/// [signatures]: what is kept for whom, and how it is judged.
struct SignatureSettings {
  /// Where a request names none.
  signing::Level level = signing::Level::kLT;
  auth::Freshness freshness = auth::Freshness::kStrict;
  /// Of a signature and its detached documents together.
  std::size_t max_bytes = 4U << 20;
  /// Kept at a time, pending or not fetched.
  std::int64_t most_of_facility = 500;
  std::int64_t most = 5'000;
  /// How long after their end.
  std::chrono::days keep{30};
};

/// Relative paths are taken from `folder`. Errors: config.*.
Result<TimestampSettings> read_timestamp(const TomlTable& table, const std::filesystem::path& folder);
/// Errors: config.*.
Result<SignatureSettings> read_signatures(const TomlTable& table);

}  // namespace shomei::server
