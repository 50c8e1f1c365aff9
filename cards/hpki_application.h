#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "cards/channel.h"
#include "cards/pin_status.h"

namespace shomei::cards {

/// An HPKI card has an application for each, with keys and PINs of their own. A login challenge never goes to the
/// signature key, a document never to the authentication key.
enum class Use : std::uint8_t { kAuthentication, kSignature };

struct HpkiLayout;
class CertificateCache;

/// An HPKI application on a card (JAHIS 24-002, ISO/IEC 7816-15): its files as they were read when it was opened.
/// Copies are cheap and share what they learn. Outlives the transaction; in another one it selects itself again where
/// needed. Errors of all that take a channel: those of Channel::transmit, and card.status.
class HpkiApplication {
 public:
  explicit HpkiApplication(std::shared_ptr<const HpkiLayout> layout) : layout_(std::move(layout)) {}

  const HpkiLayout& layout() const { return *layout_; }
  Use use() const;
  ByteView aid() const;
  /// DER of the end-entity certificate.
  ByteView certificate() const;
  /// Lengths of PIN that the card takes, in bytes.
  std::size_t min_pin_length() const;
  std::size_t max_pin_length() const;
  /// userConsent: the card wants the PIN before every signature.
  bool pin_each_signature() const;

  /// DER of all certificates, the end-entity one first; CA certificates are read from the card the first time.
  /// Errors also: card.file_malformed.
  Result<std::vector<Bytes>> certificates(Channel& channel) const;
  /// The CA certificates that `certificates` has read before; never talks to the card.
  std::vector<Bytes> known_ca_certificates() const;

  /// Asks the card; spends no try.
  Result<PinStatus> pin_status(Channel& channel) const;
  /// Presents the PIN, after the key has been chosen (MSE), so that nothing but the signature itself is left to go
  /// wrong. With kKeepLast the counter is asked first, unless this transaction knows it.
  /// Errors also: pin.length (no try spent).
  Result<PinOutcome> verify_pin(Channel& channel, const Pin& pin, LeastTries least = LeastTries::kKeepLast) const;
  /// RSASSA-PKCS1-v1_5 over a raw digest, big-endian, length of the modulus. The PIN must have been verified, for the
  /// signature key once for every call. Errors also: crypto.failed (answer of another length).
  Result<Bytes> sign(Channel& channel, DigestAlgorithm algorithm, ByteView digest) const;

 private:
  Result<void> select(Channel& channel) const;
  Result<StatusWord> set_key(Channel& channel) const;
  Result<Response> verify(Channel& channel, ByteView data) const;
  Result<PinOutcome> present(Channel& channel, const Pin& pin) const;
  std::shared_ptr<const HpkiLayout> layout_;
};

/// Finds the application by its AID, or by the registered part of it (JAHIS 24-002 B.2 note 3), and follows EF.OD to
/// its key, PIN and end-entity certificate. With a cache, a card that was read before costs one look at the beginning
/// of its certificate. Errors: card.unknown (no such application), card.file_malformed, those of Channel::transmit.
Result<HpkiApplication> open_hpki(Channel& channel, Use use, CertificateCache* cache = nullptr);

}  // namespace shomei::cards
