#include "agent/pin_flow.h"

#include <fmt/format.h>

namespace shomei::agent {
namespace {

using Before = PinQuestion::Before;

std::string tries_text(std::optional<unsigned> tries) {
  return tries ? fmt::format("tries left: {}", *tries) : std::string("the card does not tell the tries left");
}

// One conversation: the question, and what the dialogs before have brought.
class Conversation {
 public:
  Conversation(KeyAccess& key, Prompt& prompt, const Matter& matter, const PinFlowOptions& options,
               std::stop_token stop, PinFlowReport& report)
      : key_(key),
        prompt_(prompt),
        question_{matter, std::nullopt},
        stop_(std::move(stop)),
        report_(report),
        may_spend_last_(options.spend_last_try) {}

  // A PIN that may be shown to the card. After a refusal every way out is pin.wrong: a try is gone, and the caller must
  // learn that.
  Result<Pin> next_pin() {
    Result<Pin> pin = ask();
    if (!pin && refused_ && (pin.error().code == Code::kPinCancelled || pin.error().code == Code::kPinNoDialog)) {
      return wrong();
    }
    return pin;
  }

  Result<void> judge(const PinOutcome& outcome) {
    if (outcome.verdict != PinVerdict::kBadLength) {
      report_.tries_left = outcome.tries_left;
    }
    switch (outcome.verdict) {
      case PinVerdict::kAccepted: return {};
      case PinVerdict::kLocked: return fail(Code::kPinLocked, "the PIN was wrong, and no try is left");
      case PinVerdict::kLastTryKept: return fail(Code::kPinLastTry);
      case PinVerdict::kBadLength: question_.before = Before::kBadLength; return {};
      case PinVerdict::kWrong:
        refused_ = true;
        question_.before = Before::kWrong;
        return {};
    }
    return {};
  }

  bool may_spend_last() const { return may_spend_last_; }
  std::unexpected<Error> given_up() const { return refused_ ? wrong() : fail(Code::kPinLength); }

 private:
  std::unexpected<Error> wrong() const { return fail(Code::kPinWrong, tries_text(report_.tries_left)); }

  Result<Pin> ask() {
    SHOMEI_TRY(const PinState state, key_.pin_state());
    if (state.locked) {
      report_.tries_left = 0;
      return fail(Code::kPinLocked);
    }
    question_.tries_left = state.tries_left;
    if ((state.unknown || state.tries_left == 1U) && !may_spend_last_) {
      const auto what = state.unknown ? Confirmation::kTriesUnknown : Confirmation::kLastTry;
      SHOMEI_TRY(may_spend_last_, prompt_.confirm(question_.matter, what, stop_));
      if (!may_spend_last_) {
        report_.tries_left = state.tries_left;
        return fail(Code::kPinLastTry, state.unknown ? "the card does not tell the tries left" : "");
      }
    }
    SHOMEI_TRY(auto pin, prompt_.ask_pin(question_, stop_));
    if (!pin) {
      return fail(Code::kPinCancelled);
    }
    return std::move(*pin);
  }

  KeyAccess& key_;
  Prompt& prompt_;
  PinQuestion question_;
  std::stop_token stop_;
  PinFlowReport& report_;
  bool may_spend_last_;
  bool refused_ = false;
};

Result<void> without_pin(KeyAccess& key, Prompt& prompt, const Matter& matter, const std::stop_token& stop,
                         const std::function<Result<void>(SigningKey&)>& use) {
  SHOMEI_TRY(const bool allowed, prompt.confirm(matter, Confirmation::kWithoutPin, stop));
  return allowed ? key.without_pin(use) : fail(Code::kAgentConsentRefused);
}

}  // namespace

Result<void> with_person(KeyAccess& key, Prompt& prompt, const Matter& matter, const PinFlowOptions& options,
                         std::stop_token stop, const std::function<Result<void>(SigningKey&)>& use,
                         PinFlowReport& report) {
  SHOMEI_TRY(const bool pin_needed, key.needs_pin());
  if (!pin_needed) {
    return without_pin(key, prompt, matter, stop, use);
  }
  Conversation conversation(key, prompt, matter, options, std::move(stop), report);
  for (unsigned entry = 0; entry < options.entries; ++entry) {
    Result<Pin> pin = conversation.next_pin();
    if (!pin && pin.error().code == Code::kPinLength) {
      SHOMEI_TRY(conversation.judge({PinVerdict::kBadLength, std::nullopt}));
      continue;
    }
    if (!pin) {
      return std::unexpected(std::move(pin).error());
    }
    SHOMEI_TRY(const PinOutcome outcome, key.with_pin(std::move(*pin), conversation.may_spend_last(), use));
    SHOMEI_TRY(conversation.judge(outcome));
    if (outcome.verdict == PinVerdict::kAccepted) {
      return {};
    }
  }
  return conversation.given_up();
}

}  // namespace shomei::agent
