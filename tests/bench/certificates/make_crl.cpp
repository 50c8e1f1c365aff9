// make_crl ENTRIES OUT.crl: a CRL of the test PKI's CA for signatures, as large as wished.
#include <openssl/x509v3.h>

#include <cstdlib>

#include "auth/x509/load.h"
#include "base/der.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/software_key.h"
#include "measure.h"

namespace shomei::bench {
namespace {

namespace tag = der::tag;

Bytes utc_time(std::string_view text) {
  return der::wrap(tag::kUtcTime, as_bytes(text));
}

Bytes extension(std::string_view oid, ByteView value) {
  return der::wrap(tag::kSequence, {der::oid(oid), der::wrap(tag::kOctetString, value)});
}

Bytes entries(std::uint64_t count) {
  const Bytes reason = der::wrap(tag::kSequence, extension("2.5.29.21", Bytes{0x0A, 0x01, 0x05}));
  const Bytes time = utc_time("260201093000Z");
  Bytes all;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes one = der::wrap(tag::kSequence, {der::wrap(tag::kInteger, serial(i)), time, reason});
    all.insert(all.end(), one.begin(), one.end());
  }
  return der::wrap(tag::kSequence, all);
}

Result<void> make(std::uint64_t count, const std::filesystem::path& out) {
  const std::filesystem::path pki = SHOMEI_SOURCE_DIR "/testcerts/hpki";
  SHOMEI_TRY(const auto issuer, auth::load_certificate(pki / "fixed/trust/signature/sign_ca.cer"));
  SHOMEI_TRY(const auto key, SoftwareKey::load(pki / "keys/sign_ca.pem"));
  const Bytes name = to_der<i2d_X509_NAME>(X509_get_subject_name(issuer.native()));
  const Bytes algorithm = der::algorithm("1.2.840.113549.1.1.11", true);
  const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(issuer.native());
  const ByteView key_id(ASN1_STRING_get0_data(id), static_cast<std::size_t>(ASN1_STRING_length(id)));
  const Bytes number = extension("2.5.29.20", der::unsigned_integer(Bytes{0x10}));
  const Bytes authority = extension("2.5.29.35", der::wrap(tag::kSequence, der::wrap(tag::context(0), key_id)));
  const Bytes extensions = der::wrap(tag::context_constructed(0), der::wrap(tag::kSequence, {authority, number}));
  const Bytes list =
      der::wrap(tag::kSequence, {der::unsigned_integer(Bytes{1}), algorithm, name, utc_time("260401000000Z"),
                                 utc_time("260405000000Z"), count > 0 ? entries(count) : Bytes(), extensions});
  SHOMEI_TRY(Bytes signature, key->sign_digest(DigestAlgorithm::kSha256, sha256(list)));
  signature.insert(signature.begin(), 0);
  return write_file(out, der::wrap(tag::kSequence, {list, algorithm, der::wrap(tag::kBitString, signature)}));
}

}  // namespace
}  // namespace shomei::bench

int main(int count, char** values) {
  const auto made = count == 3 ? shomei::bench::make(std::strtoull(values[1], nullptr, 10), values[2])
                               : shomei::Result<void>(shomei::fail(shomei::Code::kUsage, "make_crl ENTRIES OUT.crl"));
  if (!made) {
    fmt::print(stderr, "{}\n", shomei::describe(made.error()));
  }
  return made ? 0 : 70;
}
