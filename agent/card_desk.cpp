#include "agent/card_desk.h"

#include "base/log.h"
#include "cards/card_signing_key.h"
#include "cards/connection.h"
#include "cards/readers.h"

namespace shomei::agent {
namespace {

PinOutcome outcome_of(const cards::PinOutcome& outcome) {
  using Kind = cards::PinOutcome::Kind;
  const std::optional<unsigned> tries = outcome.tries_left;
  switch (outcome.kind) {
    case Kind::kVerified: return {PinVerdict::kAccepted};
    case Kind::kWrong: return {PinVerdict::kWrong, tries};
    case Kind::kLocked: return {PinVerdict::kLocked, 0};
    case Kind::kLastTryKept:
    case Kind::kTriesUnknown: return {PinVerdict::kLastTryKept, tries};
  }
  return {PinVerdict::kLocked};
}

class CardAccess final : public KeyAccess {
 public:
  CardAccess(std::string reader, cards::CardConnection connection, cards::HpkiApplication application)
      : reader_(std::move(reader)), connection_(std::move(connection)), application_(std::move(application)) {}

  std::string reader() const override { return reader_; }
  ByteView certificate() const override { return application_.certificate(); }
  std::vector<Bytes> chain() const override { return application_.known_ca_certificates(); }

  Result<PinState> pin_state() override {
    using State = cards::PinStatus::State;
    SHOMEI_TRY(const auto channel, connection_.begin());
    SHOMEI_TRY(const auto status, application_.pin_status(*channel));
    return PinState{.locked = status.state == State::kLocked || status.tries_left == 0,
                    .unknown = status.state == State::kUnknown,
                    .tries_left = status.tries_left};
  }

  Result<PinOutcome> with_pin(Pin pin, bool spend_last_try,
                              const std::function<Result<void>(SigningKey&)>& use) override {
    const auto least = spend_last_try ? cards::LeastTries::kMaySpendLast : cards::LeastTries::kKeepLast;
    SHOMEI_TRY(const auto channel, connection_.begin());
    const auto verified = application_.verify_pin(*channel, pin, least);
    if (!verified && verified.error().code == Code::kPinLength) {
      return PinOutcome{PinVerdict::kBadLength};
    }
    SHOMEI_TRY(const cards::PinOutcome outcome, verified);
    if (outcome.kind == cards::PinOutcome::Kind::kVerified) {
      cards::CardSigningKey key(*channel, application_, &pin, least);
      SHOMEI_TRY(use(key));
    }
    return outcome_of(outcome);
  }

 private:
  std::string reader_;
  cards::CardConnection connection_;
  cards::HpkiApplication application_;
};

}  // namespace

Result<std::unique_ptr<KeyAccess>> CardDesk::open(cards::Use use, const std::string& reader) {
  SHOMEI_TRY(const auto readers, cards::Readers::open());
  SHOMEI_TRY(const auto states, readers.states());
  SHOMEI_TRY(const std::string chosen, cards::choose_reader(states, reader.empty() ? reader_ : reader));
  SHOMEI_TRY(auto connection, cards::CardConnection::open(chosen));
  SHOMEI_TRY(const auto channel, connection.begin());
  SHOMEI_TRY(auto application, cards::open_hpki(*channel, use, &cache_));
  if (use == cards::Use::kSignature) {
    // The chain belongs into a signature, but a card without it can sign all the same.
    if (const auto chain = application.certificates(*channel); !chain) {
      log::warn("{}: CA certificates: {}", chosen, describe(chain.error()));
    }
  }
  return std::make_unique<CardAccess>(chosen, std::move(connection), std::move(application));
}

}  // namespace shomei::agent
