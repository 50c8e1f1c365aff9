#include "agent/token_desk.h"

#include "pkcs11/key.h"

namespace shomei::agent {
namespace {

using Verdict = pkcs11::PinOutcome::Verdict;

PinVerdict verdict_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted: return PinVerdict::kAccepted;
    case Verdict::kWrong: return PinVerdict::kWrong;
    case Verdict::kLocked: return PinVerdict::kLocked;
    case Verdict::kLastTryKept: return PinVerdict::kLastTryKept;
  }
  return PinVerdict::kLocked;
}

class TokenAccess final : public KeyAccess {
 public:
  explicit TokenAccess(std::unique_ptr<pkcs11::Pkcs11Key> key) : key_(std::move(key)) {}

  std::string reader() const override { return key_->slot_description(); }
  ByteView certificate() const override { return key_->certificate(); }
  std::vector<Bytes> chain() const override { return key_->chain(); }

  Result<bool> needs_pin() override {
    SHOMEI_TRY(const pkcs11::PinState state, key_->pin_state());
    return state.login_required;
  }
  Result<PinState> pin_state() override {
    SHOMEI_TRY(const pkcs11::PinState state, key_->pin_state());
    return PinState{.locked = state.locked, .tries_left = state.final_try ? std::optional(1U) : std::nullopt};
  }

  Result<PinOutcome> with_pin(Pin pin, bool spend_last_try,
                              const std::function<Result<void>(SigningKey&)>& use) override {
    const auto outcome = key_->login(std::move(pin), spend_last_try ? pkcs11::LastTry::kSpend : pkcs11::LastTry::kKeep);
    if (!outcome && outcome.error().code == Code::kPinLength) {
      return PinOutcome{PinVerdict::kBadLength};
    }
    SHOMEI_TRY(const pkcs11::PinOutcome known, outcome);
    const Result<void> used = known.verdict == Verdict::kAccepted ? use(*key_) : Result<void>();
    key_->logout();
    SHOMEI_TRY(used);
    return PinOutcome{verdict_of(known.verdict), known.tries_left};
  }

  Result<void> without_pin(const std::function<Result<void>(SigningKey&)>& use) override { return use(*key_); }

 private:
  std::unique_ptr<pkcs11::Pkcs11Key> key_;
};

}  // namespace

Result<std::unique_ptr<KeyAccess>> TokenDesk::open(cards::Use use, const std::string& reader) {
  const std::string& text = use == cards::Use::kSignature ? config_.signature : config_.authentication;
  if (text.empty() || !reader.empty()) {
    return cards_.open(use, reader);
  }
  SHOMEI_TRY(const auto uri, pkcs11::Uri::parse(text));
  SHOMEI_TRY(auto key, pkcs11::Pkcs11Key::open(uri));
  return std::make_unique<TokenAccess>(std::move(key));
}

}  // namespace shomei::agent
