#pragma once

#include <optional>
#include <string>

#include "base/pin.h"
#include "cli/key_access.h"

namespace shomei::cli {

/// What stands above the PIN entry.
struct PinQuestion {
  cards::Use use = cards::Use::kAuthentication;
  std::string reader;
  Bytes certificate;
  bool locked = false;
  /// The card does not say what is left, so the next try could be the last one.
  bool unknown = false;
  std::optional<unsigned> tries_left;
};

struct TakenPin {
  Pin pin;
  bool may_spend_last = false;
};

/// Errors: pin.locked and pin.last_try without asking, pin.cancelled, pin.length, pin.no_dialog, input.unreadable.
Result<TakenPin> take_pin(const PinQuestion& question, const KeyOptions& options, Language language);

}  // namespace shomei::cli
