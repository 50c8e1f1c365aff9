#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace shomei::server {

/// Where CRLs are fetched from, and what came of it.
struct CrlSourceRecord {
  std::string url{};
  /// Of the last list taken from there; empty before the first.
  std::string sha256{};
  /// Of the answer that brought it, for conditional requests.
  std::string etag{};
  std::string last_modified{};
  std::optional<Time> last_try{};
  std::optional<Time> last_success{};
  /// Of the last attempt; empty when it was good.
  std::string last_error{};
  /// In a row.
  std::int64_t failures = 0;
  Time next_try{};
};

/// Something that administrators are told once.
struct NoticeRecord {
  /// Object and threshold: "certificate:<sha256>:30".
  std::string key{};
  /// "crl.level", "crl.fetch", "expiry".
  std::string kind{};
  /// JSON of what is told.
  std::string body{};
  Time made_at{};
  /// Nothing while the webhook has not taken it.
  std::optional<Time> sent_at{};
  std::int64_t attempts = 0;
  Time next_try{};
};

}  // namespace shomei::server
