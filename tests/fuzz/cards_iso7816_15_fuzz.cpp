// Files of a card, certificate included; the first byte says which.
// links: shomei_cards
#include "cards/atr.h"
#include "cards/certificate_look.h"
#include "cards/cia.h"

using namespace shomei;
using namespace shomei::cards;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) {
    return 0;
  }
  const ByteView file(data + 1, size - 1);
  switch (data[0] % 7) {
    case 0: static_cast<void>(cia::parse_object_directory(file)); break;
    case 1: static_cast<void>(cia::parse_private_keys(file)); break;
    case 2: static_cast<void>(cia::parse_certificates(file)); break;
    case 3: static_cast<void>(cia::parse_auth_objects(file)); break;
    case 4: static_cast<void>(cia::parse_padding_algorithms(file)); break;
    case 5: static_cast<void>(atr_capabilities(file)); break;
    default:
      if (const auto look = look_at_certificate(file)) {
        SHOMEI_CHECK(look->identity_bytes <= file.size() && look->modulus_bytes <= file.size());
      }
  }
  return 0;
}
