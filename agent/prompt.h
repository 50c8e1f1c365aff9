#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/peer.h"
#include "base/pin.h"
#include "cards/hpki_application.h"

namespace shomei::agent {

/// What a person must be told before a card operation: who asks, what for, with which of the card's two keys. Texts
/// that came from outside are shown without control characters and shortened.
struct Matter {
  cards::Use use = cards::Use::kAuthentication;
  Peer peer = {};
  /// Login: the server's origin, and the facility's code if one was given.
  std::string server = {};
  std::string facility = {};
  /// Signature: the documents' names.
  std::vector<std::string> documents = {};
  /// Whose card, as its certificate says; and where it is.
  std::string holder = {};
  std::string reader = {};
};

/// `tries_left` as the card said it just before; nothing where the card does not tell.
struct PinQuestion {
  Matter matter;
  std::optional<unsigned> tries_left;
  /// What became of the PIN that was typed just before.
  enum class Before : std::uint8_t { kNothing, kWrong, kBadLength } before = Before::kNothing;
};

/// Questions that a person answers with yes or no.
enum class Confirmation : std::uint8_t {
  /// Spend the last PIN try.
  kLastTry,
  /// Spend a try that could be the last one: the card does not tell.
  kTriesUnknown,
  /// Use a key that wants no PIN.
  kWithoutPin
};

/// The way to the person at the workstation. Both calls wait for them; a requested stop closes the dialog and counts as
/// cancelled. Errors: pin.no_dialog; ask_pin also pin.length (no PIN of 1 to 16 bytes).
class Prompt {
 public:
  virtual ~Prompt() = default;
  /// The PIN, or nothing when the person cancelled or did not answer in time.
  virtual Result<std::optional<Pin>> ask_pin(const PinQuestion& question, std::stop_token stop) = 0;
  virtual Result<bool> confirm(const Matter& matter, Confirmation what, std::stop_token stop) = 0;
};

}  // namespace shomei::agent
