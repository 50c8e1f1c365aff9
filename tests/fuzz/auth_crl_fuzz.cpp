// links: shomei_x509
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "auth/x509/revocation.h"

using namespace shomei;

/// A CRL from a stranger: read, shown, and asked.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto crl = auth::Crl::parse({data, data + size});
  if (!crl) {
    return 0;
  }
  static_cast<void>(to_json(*crl).dump());
  for (const Bytes& serial : {Bytes{}, Bytes{1}, Bytes{0x21}, Bytes{1, 0x57}, Bytes(40, 0x7F)}) {
    static_cast<void>(to_json(lookup(*crl, serial, nullptr, crl->facts().this_update)).dump());
  }
  return 0;
}
