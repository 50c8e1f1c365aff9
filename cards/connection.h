#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "cards/channel.h"

namespace shomei::cards {

/// How long a card may take. A blocked SCardTransmit cannot be interrupted (SCardCancel does not reach it, and neither
/// does any other call on its context); hence every PC/SC call of a connection runs on a thread of the connection, and
/// when time is up that thread is left behind with the handles, which it closes if the call ever returns.
struct CardLimits {
  /// For connecting and for the transaction of another program to end.
  std::chrono::milliseconds begin{10'000};
  /// For one answer.
  std::chrono::milliseconds answer{30'000};
};

/// A shared connection to the card in a reader. Holds no transaction; other programs may use the card meanwhile.
class CardConnection {
 public:
  /// Errors: card.no_service, card.no_reader, card.not_present, card.busy (exclusive elsewhere, or the reader hangs),
  /// card.no_progress (the card does not answer to reset).
  static Result<CardConnection> open(std::string_view reader, CardLimits limits = {});
  CardConnection(CardConnection&&) noexcept;
  CardConnection& operator=(CardConnection&&) noexcept;
  ~CardConnection();

  /// Begins the transaction, which ends when the channel goes; one at a time. Reconnects first when
  /// another program has reset the card. A card with a PIN still verified is reset at the end (the next program must
  /// not find the key open); otherwise it is left as it is.
  /// Errors: card.removed, card.busy (transaction elsewhere for too long), card.no_service.
  Result<std::unique_ptr<Channel>> begin();

  const CardTraits& traits() const;

 private:
  struct State;
  class Transaction;
  explicit CardConnection(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace shomei::cards
