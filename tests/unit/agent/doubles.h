#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "agent/key_desk.h"
#include "agent/prompt.h"
#include "base/software_key.h"
#include "signing/xml/xml_library.h"

namespace shomei::agent::testing {

/// The one that there may be.
inline const signing::XmlLibrary& xml_library() {
  static const signing::XmlLibrary library;
  return library;
}

/// A person who answers as told, and remembers what was shown. Without an answer left, cancels.
class FakePrompt final : public Prompt {
 public:
  Result<std::optional<Pin>> ask_pin(const PinQuestion& question, std::stop_token stop) override {
    asked.push_back(question);
    if (on_ask) {
      on_ask(stop);
    }
    if (no_dialog) {
      return fail(Code::kPinNoDialog, "none");
    }
    if (pins.empty() || stop.stop_requested()) {
      return std::nullopt;
    }
    std::string typed = pins.front();
    pins.pop_front();
    SHOMEI_TRY(Pin pin, Pin::take(typed));
    return std::optional<Pin>(std::move(pin));
  }
  Result<bool> confirm(const Matter&, Confirmation what, std::stop_token) override {
    confirmed.push_back(what);
    return says_yes;
  }

  std::deque<std::string> pins;
  bool says_yes = false;
  bool no_dialog = false;
  std::function<void(std::stop_token)> on_ask;
  std::vector<PinQuestion> asked;
  std::vector<Confirmation> confirmed;
};

/// A card's key with a PIN counter, in memory.
struct FakeCard {
  std::string right = "1234";
  unsigned tries = 3;
  bool tells_tries = true;
  bool wants_pin = true;
  std::shared_ptr<SoftwareKey> key;
  /// Every PIN that was shown.
  std::vector<std::string> shown;
  int signatures = 0;
  std::optional<Error> failure;
};

class FakeKeyAccess final : public KeyAccess {
 public:
  explicit FakeKeyAccess(FakeCard& card) : card_(card) {}
  std::string reader() const override { return "Reader 1"; }
  ByteView certificate() const override { return card_.key ? card_.key->certificate() : ByteView(); }
  std::vector<Bytes> chain() const override { return {}; }
  Result<bool> needs_pin() override { return card_.wants_pin; }
  Result<void> without_pin(const std::function<Result<void>(SigningKey&)>& use) override { return use(*card_.key); }
  Result<PinState> pin_state() override {
    if (card_.failure) {
      return std::unexpected(*card_.failure);
    }
    return PinState{card_.tries == 0, !card_.tells_tries, tries()};
  }
  Result<PinOutcome> with_pin(Pin pin, bool spend_last_try,
                              const std::function<Result<void>(SigningKey&)>& use) override {
    if (pin.length() < 4) {
      return PinOutcome{PinVerdict::kBadLength, {}};
    }
    if ((card_.tries == 1 || !card_.tells_tries) && !spend_last_try) {
      return PinOutcome{PinVerdict::kLastTryKept, tries()};
    }
    const std::string typed = pin.reveal([](auto bytes) { return std::string(as_text(bytes)); });
    card_.shown.push_back(typed);
    if (typed != card_.right) {
      --card_.tries;
      return PinOutcome{card_.tries == 0 ? PinVerdict::kLocked : PinVerdict::kWrong, tries()};
    }
    card_.tries = 3;
    SHOMEI_TRY(use(*card_.key));
    return PinOutcome{PinVerdict::kAccepted, {}};
  }

 private:
  std::optional<unsigned> tries() const { return card_.tells_tries ? std::optional(card_.tries) : std::nullopt; }
  FakeCard& card_;
};

class FakeDesk final : public KeyDesk {
 public:
  Result<std::unique_ptr<KeyAccess>> open(cards::Use use, const std::string&) override {
    opened.push_back(use);
    return std::make_unique<FakeKeyAccess>(use == cards::Use::kAuthentication ? authentication : signature);
  }
  FakeCard authentication;
  FakeCard signature;
  std::vector<cards::Use> opened;
};

}  // namespace shomei::agent::testing
