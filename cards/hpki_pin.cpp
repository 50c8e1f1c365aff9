#include <algorithm>
#include <array>

#include "cards/card_file.h"
#include "cards/hpki_layout.h"

namespace shomei::cards {
namespace {

/// Guideline annex C has 6984 for a blocked PIN, ISO/IEC 7816-4 has 6983.
bool is_locked(StatusWord status) {
  return status == sw::kBlocked || status == sw::kReferenceDataUnusable;
}

/// The PIN as the card wants it, in a buffer that is wiped.
class PinBlock {
 public:
  PinBlock(ByteView typed, const cia::Password& policy) : size_(typed.size()) {
    std::ranges::copy(typed, bytes_.begin());
    if (policy.pad && size_ < policy.stored_length) {
      std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(size_),
                bytes_.begin() + static_cast<std::ptrdiff_t>(policy.stored_length), *policy.pad);
      size_ = policy.stored_length;
    }
  }
  PinBlock(const PinBlock&) = delete;
  PinBlock& operator=(const PinBlock&) = delete;
  ~PinBlock() { wipe(bytes_); }
  ByteView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, Pin::kMaxLength> bytes_{};
  std::size_t size_;
};

PinStatus status_of(StatusWord status) {
  if (status.ok()) {
    return {PinStatus::State::kVerified};
  }
  if (is_locked(status) || status.counter() == 0) {
    return {PinStatus::State::kLocked, std::uint8_t{0}};
  }
  if (status.counter()) {
    return {PinStatus::State::kTriesLeft, status.counter()};
  }
  return {PinStatus::State::kUnknown};
}

PinOutcome outcome_of(const PinStatus& after) {
  switch (after.state) {
    case PinStatus::State::kVerified: return {PinOutcome::Kind::kVerified};
    case PinStatus::State::kLocked: return {PinOutcome::Kind::kLocked, std::uint8_t{0}};
    default: return {PinOutcome::Kind::kWrong, after.tries_left};
  }
}

/// What keeps a PIN from being sent.
std::optional<PinOutcome> held_back(const PinStatus& status) {
  switch (status.state) {
    case PinStatus::State::kVerified: return std::nullopt;
    case PinStatus::State::kLocked: return PinOutcome{PinOutcome::Kind::kLocked, std::uint8_t{0}};
    case PinStatus::State::kUnknown: return PinOutcome{PinOutcome::Kind::kTriesUnknown};
    case PinStatus::State::kTriesLeft: break;
  }
  return status.tries_left == 1 ? std::optional(PinOutcome{PinOutcome::Kind::kLastTryKept, std::uint8_t{1}})
                                : std::nullopt;
}

}  // namespace

Result<Response> HpkiApplication::verify(Channel& channel, ByteView data) const {
  if (layout_->pin.reference == 0 && layout_->pin.path) {  // P2 00 means the current file
    SHOMEI_TRY(select_card_file(channel, *layout_->pin.path));
  }
  return channel.transmit({.ins = 0x20, .p2 = layout_->pin.reference, .data = data, .redact = Redact::kYes});
}

Result<PinStatus> HpkiApplication::pin_status(Channel& channel) const {
  SHOMEI_TRY(select(channel));
  SHOMEI_TRY(const Response response, verify(channel, {}));
  const StatusWord status = response.status();
  const bool answered = status.ok() || status.sw1() == 0x63 || is_locked(status) || status == sw::kWrongLength;
  if (!answered) {
    return refused("VERIFY without data", status);
  }
  channel.session().pin = status_of(status);
  return *channel.session().pin;
}

Result<PinOutcome> HpkiApplication::present(Channel& channel, const Pin& pin) const {
  SHOMEI_TRY(const StatusWord status, pin.reveal([&](ByteView typed) -> Result<StatusWord> {
    const PinBlock block(typed, layout_->pin);
    SHOMEI_TRY(const Response response, verify(channel, block.view()));
    return response.status();
  }));
  CardSession& session = channel.session();
  session.pin_verified = status.ok();
  session.pin.reset();
  if (status == sw::kWrongLength) {
    return fail(Code::kPinLength, describe(status));
  }
  if (!status.ok() && status.sw1() != 0x63 && !is_locked(status)) {
    return refused("VERIFY", status);
  }
  session.pin = status_of(status);
  return outcome_of(*session.pin);
}

Result<PinOutcome> HpkiApplication::verify_pin(Channel& channel, const Pin& pin, LeastTries least) const {
  if (pin.length() < min_pin_length() || pin.length() > max_pin_length()) {
    return fail(Code::kPinLength);
  }
  SHOMEI_TRY(select(channel));
  if (!channel.session().key_set && !layout_->learned.verify_first) {
    SHOMEI_TRY(const StatusWord status, set_key(channel));
    if (status == sw::kSecurityStatus) {
      layout_->learned.verify_first = true;
    } else if (!status.ok()) {
      return refused("MSE SET", status);
    }
  }
  if (least == LeastTries::kKeepLast) {
    if (!channel.session().pin) {
      SHOMEI_TRY(pin_status(channel));
    }
    if (const auto outcome = held_back(*channel.session().pin)) {
      return *outcome;
    }
  }
  return present(channel, pin);
}

}  // namespace shomei::cards
