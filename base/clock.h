#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shomei {

/// A moment in UTC, to the second: what certificates, CRLs and tokens carry.
using Time = std::chrono::sys_seconds;

/// The source of "now" (UTC); a constructor argument of everything that judges time.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

/// Stands still until told otherwise: for judging at a chosen time and for tests.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Time at) : at_(at) {}
  Time now() const override { return at_; }
  void advance(std::chrono::seconds by) { at_ += by; }

 private:
  Time at_;
};

/// RFC 3339 with any offset and optional fraction (dropped), years 1970 to 9999. Errors: input.malformed.
Result<Time> parse_rfc3339(std::string_view text);
/// "2026-04-01T09:00:00Z".
std::string to_rfc3339(Time time);
/// Content of a DER UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 allows them (Zulu, seconds, no fraction).
/// Errors: der.malformed.
Result<Time> parse_asn1_time(std::uint8_t tag, std::string_view content);

}  // namespace shomei
