// crl_openssl FILE ENTRIES: the same work by OpenSSL's X509_CRL.
#include <openssl/x509.h>

#include "auth/x509/load.h"
#include "base/file.h"
#include "measure.h"

using namespace shomei;

namespace {

int run(const std::filesystem::path& path, std::uint64_t entries) {
  const auto issuer = auth::load_certificate(SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/trust/signature/sign_ca.cer");
  SHOMEI_CHECK(issuer);
  const double before = bench::resident();
  const double begin = bench::seconds_now();
  OwnedX509Crl crl;
  {
    const auto der = read_file(path, auth::kMaxCrlBytes);
    const unsigned char* cursor = der->data();
    crl.reset(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(der->size())));
  }
  const auto look = [&](ByteView serial) {
    const Bytes tlv = [&] {
      Bytes all{0x02, static_cast<std::uint8_t>(serial.size())};
      all.insert(all.end(), serial.begin(), serial.end());
      return all;
    }();
    const unsigned char* cursor = tlv.data();
    ASN1_INTEGER* number = d2i_ASN1_INTEGER(nullptr, &cursor, static_cast<long>(tlv.size()));
    X509_REVOKED* entry = nullptr;
    const bool listed = X509_CRL_get0_by_serial(crl.get(), &entry, number) > 0;
    ASN1_INTEGER_free(number);
    return listed;
  };
  // The first lookup sorts the list.
  const bool right = X509_CRL_verify(crl.get(), X509_get0_pubkey(issuer->native())) == 1 && look(bench::serial(0));
  const double load = bench::seconds_now() - begin;
  const double kept = bench::resident() - before;
  fmt::print(R"({{"load_s":{},"kept_mb":{},"lookup_ns":{},"lookup_listed_ns":{}}})"
             "\n",
             load, kept / 1e6, bench::lookup_nanoseconds(entries, false, 200'000, look),
             bench::lookup_nanoseconds(entries, true, 200'000, look));
  return right ? 0 : 70;
}

}  // namespace

int main(int count, char** values) {
  return count >= 3 ? run(values[1], std::strtoull(values[2], nullptr, 10)) : 64;
}
