#include "cards/pin_status.h"

#include <fmt/format.h>

namespace shomei::cards {

Error pin_error(const PinOutcome& outcome) {
  const std::string left = outcome.tries_left ? fmt::format("tries left: {}", *outcome.tries_left) : std::string();
  switch (outcome.kind) {
    case PinOutcome::Kind::kWrong: return make_error(Code::kPinWrong, left);
    case PinOutcome::Kind::kLocked: return make_error(Code::kPinLocked);
    case PinOutcome::Kind::kLastTryKept: return make_error(Code::kPinLastTry, left);
    case PinOutcome::Kind::kTriesUnknown:
      return make_error(Code::kPinLastTry, "the card does not say how many tries are left");
    case PinOutcome::Kind::kVerified: break;
  }
  SHOMEI_CHECK(outcome.kind != PinOutcome::Kind::kVerified);
  return make_error(Code::kInternal);
}

}  // namespace shomei::cards
