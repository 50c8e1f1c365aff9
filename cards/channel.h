#pragma once

#include <memory>
#include <optional>

#include "cards/command.h"
#include "cards/pin_status.h"

namespace shomei::cards {

/// What is known of a card for as long as it stays in the reader.
struct CardTraits {
  Bytes atr = {};
  Protocol protocol = Protocol::kT1;
  /// Whether extended length is worth trying; turned off by the first 6700 to an extended command.
  bool extended_length = true;
  /// Whether READ BINARY by short EF identifier is worth trying for the files whose identifiers are fixed.
  bool short_identifiers = true;

  /// What the ATR says; where it says nothing, both are tried (extended length with T=1 only).
  static CardTraits from_atr(ByteView atr, Protocol protocol);
};

/// What the commands of this transaction have left on the card; nobody else can have changed it while the transaction
/// is open. Starts empty, and is emptied by every failure.
struct CardSession {
  /// AID of the selected application; empty when unknown.
  Bytes application = {};
  /// MSE SET has succeeded since the application was selected.
  bool key_set = false;
  /// The application's PIN is verified and not yet used up.
  bool pin_verified = false;
  /// So was that of an application selected before. In both cases the card must not be left like that.
  bool reset_at_end = false;
  /// The PIN counter as last told by the card, or kVerified after a right PIN (which sets the counter back).
  std::optional<PinStatus> pin = {};
};

/// The OPEN TRANSACTION with a card: an argument of everything that talks to a card. Not for several threads at once.
class Channel {
 public:
  explicit Channel(std::shared_ptr<CardTraits> traits) : traits_(std::move(traits)) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  /// Sends the command and collects the whole answer: extended length where the card takes it, otherwise command
  /// chaining (CLA bit 5) and 256 bytes at a time; 61xx by GET RESPONSE, 6Cxx by repeating with the right Le.
  /// Any status word is an answer, not an error. Errors: card.removed (also for an answer below two bytes), card.busy,
  /// card.no_service, card.no_progress.
  Result<Response> transmit(const Command& command);

  /// One command APDU out, one response APDU (data and status word) back, untouched.
  virtual Result<Bytes> exchange(ByteView apdu, Redact redact) = 0;

  const CardTraits& traits() const { return *traits_; }
  CardSession& session() { return session_; }

 private:
  Result<Response> transmit_short(const Command& command);
  Result<Response> one(const Apdu& apdu, Redact redact);
  Result<Response> collect(const Command& last, Response response);

  std::shared_ptr<CardTraits> traits_;
  CardSession session_;
};

}  // namespace shomei::cards
