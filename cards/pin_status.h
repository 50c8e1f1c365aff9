#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"

namespace shomei::cards {

/// Answer to VERIFY without data (ISO/IEC 7816-4, 11.5.6): says how things stand and costs nothing.
struct PinStatus {
  enum class State : std::uint8_t {
    kVerified,   ///< verified already: the counter is at its maximum
    kTriesLeft,  ///< `tries_left` says how many
    kLocked,
    kUnknown,  ///< the card does not say
  };
  State state = State::kUnknown;
  std::optional<std::uint8_t> tries_left = {};
  friend bool operator==(const PinStatus&, const PinStatus&) = default;
};

/// What a PIN presentation may cost. kMaySpendLast is for a person who was told and has confirmed.
enum class LeastTries : std::uint8_t { kKeepLast, kMaySpendLast };

/// What became of a PIN: an expected outcome, not an error.
struct [[nodiscard]] PinOutcome {
  enum class Kind : std::uint8_t {
    kVerified,
    kWrong,         ///< `tries_left` says how many remain, nothing if the card does not say
    kLocked,        ///< also when this try was the last one
    kLastTryKept,   ///< not sent: one try is left and the caller wants it kept
    kTriesUnknown,  ///< not sent: the card does not say what is left, so this could be the last one
  };
  Kind kind;
  std::optional<std::uint8_t> tries_left = {};
  friend bool operator==(const PinOutcome&, const PinOutcome&) = default;
};

/// The outcome as an Error for those who can only fail: pin.wrong, pin.locked, pin.last_try. Asserts that it is not
/// kVerified.
Error pin_error(const PinOutcome& outcome);

}  // namespace shomei::cards
