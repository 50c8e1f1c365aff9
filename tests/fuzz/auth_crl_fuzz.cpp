// links: shomei_x509
#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "auth/x509/crl_parser.h"
#include "auth/x509/revocation.h"

using namespace shomei;

namespace {

/// The entries again, by the general reader alone: each one must be found, so the short cuts see nothing else.
void find_each(const auth::Crl& crl, ByteView der) {
  const auto parts = auth::take_apart(der);
  SHOMEI_CHECK(parts);
  der::Reader entries(parts->entries);
  std::size_t count = 0;
  while (!entries.at_end()) {
    auto entry = entries.enter(der::tag::kSequence);
    SHOMEI_CHECK(entry);
    const auto serial = entry->expect(der::tag::kInteger);
    SHOMEI_CHECK(serial && (crl.facts().scope.has_value() || crl.find(serial->value)));
    ++count;
  }
  SHOMEI_CHECK(count == crl.facts().entries);
}

/// OpenSSL, which reads more than DER allows, reads as many entries.
void ask_openssl(const auth::Crl& crl, ByteView der) {
  const unsigned char* cursor = der.data();
  const OwnedX509Crl other(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(der.size())));
  if (other) {
    const int count = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(other.get()));
    SHOMEI_CHECK(static_cast<std::size_t>(std::max(0, count)) == crl.facts().entries);
  }
  ERR_clear_error();
}

}  // namespace

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
  find_each(*crl, {data, size});
  ask_openssl(*crl, {data, size});
  return 0;
}
