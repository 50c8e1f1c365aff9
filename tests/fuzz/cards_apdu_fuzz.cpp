// A card that answers what it likes, through the whole use of it: find the application, read, PIN, sign.
// links: shomei_cards
#include "cards/card_signing_key.h"
#include "cards/certificate_cache.h"
#include "cards/identify.h"
#include "tests/doubles/fuzz_card.h"

using namespace shomei;
using namespace shomei::cards;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) {
    return 0;
  }
  const std::uint8_t options = data[0];
  auto traits = std::make_shared<CardTraits>();
  traits->protocol = (options & 1) != 0 ? Protocol::kT0 : Protocol::kT1;
  traits->extended_length = (options & 2) != 0;
  const Use use = (options & 4) != 0 ? Use::kSignature : Use::kAuthentication;
  testing::FuzzCard card(ByteView(data + 1, size - 1), traits);
  CertificateCache cache;
  for (int round = 0; round < 2; ++round) {
    const auto application = open_hpki(card, use, &cache);
    if (!application) {
      continue;
    }
    static_cast<void>(application->certificates(card));
    static_cast<void>(application->pin_status(card));
    std::string text = "12345678";
    const auto pin = Pin::take(text);
    CardSigningKey key(card, *application, &*pin);
    const auto signature = key.sign_digest(DigestAlgorithm::kSha256, sha256({}));
    SHOMEI_CHECK(!signature || !signature->empty());
  }
  static_cast<void>(identify(card));
  return 0;
}
