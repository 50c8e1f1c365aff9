#pragma once

#include "base/signing_key.h"
#include "cards/hpki_application.h"

namespace shomei::cards {

/// A card's key within one transaction. Without a PIN the caller verifies it before each signature; with one it is
/// presented whenever the card needs it: before every signature of the signature key, once for the authentication key.
/// A refusal is an Error pin.wrong, pin.locked or pin.last_try. The channel and the PIN must outlive the key.
class CardSigningKey final : public SigningKey {
 public:
  CardSigningKey(Channel& channel, HpkiApplication application, const Pin* pin = nullptr,
                 LeastTries least = LeastTries::kKeepLast)
      : channel_(channel), application_(std::move(application)), pin_(pin), least_(least) {}

  KeyType type() const override { return KeyType::kRsa; }
  ByteView certificate() const override { return application_.certificate(); }
  /// What `HpkiApplication::certificates` has read before.
  std::vector<Bytes> chain() const override { return application_.known_ca_certificates(); }
  Result<Bytes> sign_digest(DigestAlgorithm algorithm, ByteView digest) override;

 private:
  Result<void> present_pin();

  Channel& channel_;
  HpkiApplication application_;
  const Pin* pin_;
  LeastTries least_;
};

}  // namespace shomei::cards
