#include "cli/key_access.h"

#include "base/log.h"
#include "cards/card_signing_key.h"
#include "cards/connection.h"
#include "cards/readers.h"
#include "cli/pin_source.h"
#include "pkcs11/key.h"

namespace shomei::cli {
namespace {

struct CardKey {
  std::string reader;
  cards::CardConnection connection;
  cards::HpkiApplication application;
  cards::PinStatus pin;
};

Result<CardKey> open_card(const std::string& wanted, cards::Use use) {
  SHOMEI_TRY(const auto readers, cards::Readers::open());
  SHOMEI_TRY(const auto states, readers.states());
  SHOMEI_TRY(const auto reader, cards::choose_reader(states, wanted));
  SHOMEI_TRY(auto connection, cards::CardConnection::open(reader));
  SHOMEI_TRY(const auto channel, connection.begin());
  SHOMEI_TRY(auto application, cards::open_hpki(*channel, use));
  // The chain belongs into a signature, but a card without it can sign all the same.
  if (const auto chain = application.certificates(*channel); !chain) {
    log::debug("{}: CA certificates: {}", reader, describe(chain.error()));
  }
  SHOMEI_TRY(const auto pin, application.pin_status(*channel));
  return CardKey{reader, std::move(connection), std::move(application), pin};
}

Result<std::unique_ptr<pkcs11::Pkcs11Key>> open_token(const std::string& text) {
  SHOMEI_TRY(const auto uri, pkcs11::Uri::parse(text));
  return pkcs11::Pkcs11Key::open(uri);
}

Result<void> with_card(const KeyOptions& options, cards::Use use, const Context& context,
                       const std::function<Result<void>(SigningKey&)>& work) {
  using State = cards::PinStatus::State;
  SHOMEI_TRY(auto card, open_card(options.reader, use));
  const PinQuestion question{use,
                             card.reader,
                             to_bytes(card.application.certificate()),
                             card.pin.state == State::kLocked,
                             card.pin.state == State::kUnknown,
                             card.pin.tries_left};
  SHOMEI_TRY(const auto taken, take_pin(question, options, context.language));
  SHOMEI_TRY(const auto channel, card.connection.begin());
  const auto least =
      taken.may_spend_last || options.spend_last_try ? cards::LeastTries::kMaySpendLast : cards::LeastTries::kKeepLast;
  cards::CardSigningKey key(*channel, card.application, &taken.pin, least);
  return work(key);
}

Error refusal(const pkcs11::PinOutcome& outcome) {
  using Verdict = pkcs11::PinOutcome::Verdict;
  const Code code = outcome.verdict == Verdict::kLocked        ? Code::kPinLocked
                    : outcome.verdict == Verdict::kLastTryKept ? Code::kPinLastTry
                                                               : Code::kPinWrong;
  return make_error(code, code == Code::kPinWrong && outcome.tries_left ? "1 try left" : "");
}

Result<void> with_token(const KeyOptions& options, cards::Use use, const Context& context,
                        const std::function<Result<void>(SigningKey&)>& work) {
  SHOMEI_TRY(const auto key, open_token(options.key));
  SHOMEI_TRY(const auto state, key->pin_state());
  if (!state.login_required) {
    return work(*key);
  }
  PinQuestion question{use, key->slot_description(), to_bytes(key->certificate()), state.locked, false, {}};
  question.tries_left = state.final_try ? std::optional(1U) : std::nullopt;
  SHOMEI_TRY(auto taken, take_pin(question, options, context.language));
  const bool spend = taken.may_spend_last || options.spend_last_try;
  SHOMEI_TRY(const auto outcome,
             key->login(std::move(taken.pin), spend ? pkcs11::LastTry::kSpend : pkcs11::LastTry::kKeep));
  if (outcome.verdict != pkcs11::PinOutcome::Verdict::kAccepted) {
    return std::unexpected(refusal(outcome));
  }
  return work(*key);
}

}  // namespace

void KeyOptions::declare(const Command& command) {
  command.option("--reader", reader, "NAME", "Card reader, or a part of its name");
  command.option("--key", key, "pkcs11:URI", "Key on a PKCS#11 token instead of a card (RFC 7512)");
  command.flag("--direct", direct, "Use the card without the agent");
  command.option("--pin-fd", pin_fd, "N", "Read the PIN from this file descriptor (implies --direct)");
  command.flag("--spend-last-try", spend_last_try, "Go on although only one PIN try is left");
}

Result<KeyPlace> find_key(const KeyOptions& options, cards::Use use) {
  if (!options.key.empty()) {
    SHOMEI_TRY(const auto key, open_token(options.key));
    if (key->certificate().empty()) {
      return fail(Code::kPkcs11NotFound, "no certificate, or several, fit the URI");
    }
    return KeyPlace{key->slot_description(), to_bytes(key->certificate()), key->chain()};
  }
  SHOMEI_TRY(const auto card, open_card(options.reader, use));
  return KeyPlace{card.reader, to_bytes(card.application.certificate()), card.application.known_ca_certificates()};
}

Result<void> with_key(const KeyOptions& options, cards::Use use, const Context& context,
                      const std::function<Result<void>(SigningKey&)>& work) {
  return options.key.empty() ? with_card(options, use, context, work) : with_token(options, use, context, work);
}

}  // namespace shomei::cli
