#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/pin.h"
#include "base/signing_key.h"
#include "cards/hpki_application.h"

namespace shomei::agent {

/// What the card says of a PIN before anybody types it.
struct PinState {
  bool locked = false;
  /// The card does not say what is left, so the next try could be the last one.
  bool unknown = false;
  std::optional<unsigned> tries_left = {};
};

/// What became of a PIN: plain outcomes, no errors.
enum class PinVerdict : std::uint8_t {
  kAccepted,
  kWrong,
  kLocked,
  /// Not shown to the card: it would have been, or could have been, the last try.
  kLastTryKept,
  /// Not shown to the card: it does not take PINs of this length.
  kBadLength
};
struct PinOutcome {
  PinVerdict verdict = PinVerdict::kAccepted;
  std::optional<unsigned> tries_left = {};
};

/// One of the two keys of the card in a reader (or of a PKCS#11 token), found but not unlocked. Nothing is held on the
/// card between calls, so other programs can use it while a person thinks.
class KeyAccess {
 public:
  virtual ~KeyAccess() = default;
  /// The reader's name, of a PKCS#11 slot its description: for drivers of cards that is the reader's name too.
  virtual std::string reader() const = 0;
  /// DER of the key's certificate.
  virtual ByteView certificate() const = 0;
  /// DER of the CA certificates beside it, as far as they are known.
  virtual std::vector<Bytes> chain() const = 0;
  /// Whether the key wants a PIN at all; those of cards do. Errors of all: card.*, pkcs11.*.
  virtual Result<bool> needs_pin() { return true; }
  virtual Result<PinState> pin_state() = 0;
  /// Shows the PIN to the card once and, if it is accepted, lends the key to `use` for the length of the call; where
  /// the card forgets the PIN after each signature, the same accepted PIN is shown again for the next one, and never
  /// again after a refusal. Afterwards the card has forgotten the PIN. Without `spend_last_try` the last try is kept.
  /// Errors: also what `use` gives.
  virtual Result<PinOutcome> with_pin(Pin pin, bool spend_last_try,
                                      const std::function<Result<void>(SigningKey&)>& use) = 0;
  /// Lends a key that wants no PIN.
  virtual Result<void> without_pin(const std::function<Result<void>(SigningKey&)>& use) {
    static_cast<void>(use);
    return fail(Code::kInternal, "the key wants a PIN");
  }
};

/// Finds keys: the seam between what the agent does and where keys live.
class KeyDesk {
 public:
  virtual ~KeyDesk() = default;
  /// `reader` empty: the only card that has such a key. Errors: card.* (several, not_present, unknown, …), pkcs11.*.
  virtual Result<std::unique_ptr<KeyAccess>> open(cards::Use use, const std::string& reader) = 0;
};

}  // namespace shomei::agent
