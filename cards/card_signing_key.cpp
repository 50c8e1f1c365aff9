#include "cards/card_signing_key.h"

#include <algorithm>

namespace shomei::cards {

Result<void> CardSigningKey::present_pin() {
  const CardSession& session = channel_.session();
  if (pin_ == nullptr || (session.pin_verified && std::ranges::equal(session.application, application_.aid()))) {
    return {};
  }
  SHOMEI_TRY(const PinOutcome outcome, application_.verify_pin(channel_, *pin_, least_));
  if (outcome.kind != PinOutcome::Kind::kVerified) {
    return std::unexpected(pin_error(outcome));
  }
  return {};
}

Result<Bytes> CardSigningKey::sign_digest(DigestAlgorithm algorithm, ByteView digest) {
  SHOMEI_TRY(present_pin());
  return application_.sign(channel_, algorithm, digest);
}

}  // namespace shomei::cards
