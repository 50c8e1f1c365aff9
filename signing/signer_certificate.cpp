#include "signing/signer_certificate.h"

#include <openssl/x509v3.h>

#include "auth/x509/certificate.h"
#include "base/der.h"

namespace shomei::signing {

namespace {

/// FIPS 186-5 6.1.1: a digest at least as strong as the curve.
DigestAlgorithm usual_digest(EVP_PKEY* key) {
  const int bits = type_of(key) == KeyType::kEc ? EVP_PKEY_get_bits(key) : 0;
  return bits > 384 ? DigestAlgorithm::kSha512 : bits > 256 ? DigestAlgorithm::kSha384 : DigestAlgorithm::kSha256;
}

}  // namespace

Result<SignerCertificate> signer_certificate(ByteView der, std::vector<Bytes> chain,
                                             std::optional<DigestAlgorithm> digest) {
  if (der.empty()) {
    return fail(Code::kKeyUnsuitable, "the key has no certificate");
  }
  SHOMEI_TRY(const auth::Certificate known, auth::Certificate::recall(der));
  X509_up_ref(known.native());
  OwnedX509 parsed(known.native());
  EVP_PKEY* key = X509_get0_pubkey(parsed.get());
  const auto type = type_of(key);
  if (!type) {
    return fail(Code::kKeyUnsuitable, "the certificate's key is neither RSA nor EC");
  }
  // HPKI keeps the keys apart: what may only authenticate must not sign documents (hence no fall-back to
  // digitalSignature). UINT32_MAX: no keyUsage extension.
  const std::uint32_t usage = X509_get_key_usage(parsed.get());
  if (usage != UINT32_MAX && (usage & X509v3_KU_NON_REPUDIATION) == 0) {
    return fail(Code::kKeyUnsuitable, "key usage without nonRepudiation: not a certificate for signatures");
  }
  const SignatureAlgorithm algorithm{*type, digest.value_or(usual_digest(key))};
  return SignerCertificate{to_bytes(der), std::move(parsed), algorithm, std::move(chain)};
}

Result<SignerCertificate> signer_certificate(const SigningKey& key, std::optional<DigestAlgorithm> digest) {
  SHOMEI_TRY(auto certificate, signer_certificate(key.certificate(), key.chain(), digest));
  if (certificate.algorithm.key != key.type()) {
    return fail(Code::kKeyUnsuitable, "key and certificate are of different types");
  }
  return certificate;
}

Bytes issuer_serial(X509* certificate) {
  const Bytes issuer = to_der<i2d_X509_NAME>(X509_get_issuer_name(certificate));
  const Bytes serial = to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(certificate));
  const Bytes directory_name = der::wrap(der::tag::context_constructed(4), issuer);
  const Bytes names = der::wrap(der::tag::kSequence, directory_name);
  return der::wrap(der::tag::kSequence, {names, serial});
}

}  // namespace shomei::signing
