#pragma once

#include "agent/key_desk.h"
#include "agent/prompt.h"

namespace shomei::agent {

struct PinFlowOptions {
  /// How often the person may type in one request.
  unsigned entries = 3;
  /// The caller has said that the last try may be spent without asking.
  bool spend_last_try = false;
};

/// What the request's answer tells beside success: tries left after a refusal.
struct PinFlowReport {
  std::optional<unsigned> tries_left;
};

/// Asks the person for the PIN of `key` (after a look at the tries left; with a confirmation before the last one) and
/// lends the unlocked key to `use`. Each refusal by the card is followed by a new dialog that says so, never by the
/// same PIN. Errors: pin.cancelled, pin.wrong (refused, and the person gave up or `entries` are spent; detail: tries
/// left), pin.locked, pin.last_try (not confirmed), pin.no_dialog, card.*, pkcs11.*, and what `use` gives.
Result<void> with_person(KeyAccess& key, Prompt& prompt, const Matter& matter, const PinFlowOptions& options,
                         std::stop_token stop, const std::function<Result<void>(SigningKey&)>& use,
                         PinFlowReport& report);

}  // namespace shomei::agent
