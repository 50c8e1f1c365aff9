#include "signing/signer_certificate.h"

#include <openssl/x509v3.h>

#include "auth/x509/certificate.h"
#include "base/der.h"

namespace shomei::signing {

Result<SignerCertificate> signer_certificate(SigningKey& key) {
  const ByteView der = key.certificate();
  if (der.empty()) {
    return fail(Code::kKeyUnsuitable, "the key has no certificate");
  }
  SHOMEI_TRY(const auth::Certificate known, auth::Certificate::recall(der));
  X509_up_ref(known.native());
  OwnedX509 parsed(known.native());
  if (type_of(X509_get0_pubkey(parsed.get())) != key.type()) {
    return fail(Code::kKeyUnsuitable, "key and certificate are of different types");
  }
  // HPKI keeps the keys apart: what may only authenticate must not sign documents (hence no fall-back to
  // digitalSignature). UINT32_MAX: no keyUsage extension.
  const std::uint32_t usage = X509_get_key_usage(parsed.get());
  if (usage != UINT32_MAX && (usage & X509v3_KU_NON_REPUDIATION) == 0) {
    return fail(Code::kKeyUnsuitable, "key usage without nonRepudiation: not a certificate for signatures");
  }
  return SignerCertificate{to_bytes(der), std::move(parsed), {key.type(), DigestAlgorithm::kSha256}, key.chain()};
}

Bytes issuer_serial(X509* certificate) {
  const Bytes issuer = to_der<i2d_X509_NAME>(X509_get_issuer_name(certificate));
  const Bytes serial = to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(certificate));
  const Bytes directory_name = der::wrap(der::tag::context_constructed(4), issuer);
  const Bytes names = der::wrap(der::tag::kSequence, directory_name);
  return der::wrap(der::tag::kSequence, {names, serial});
}

Result<Bytes> sign_with(SigningKey& key, const SignerCertificate& certificate, ByteView digest) {
  SHOMEI_TRY(Bytes signature, key.sign_digest(certificate.algorithm.digest, digest));
  if (!signature_fits(X509_get0_pubkey(certificate.parsed.get()), certificate.algorithm, digest, signature)) {
    return fail(Code::kCryptoFailed, "the key's signature does not fit its certificate");
  }
  return signature;
}

}  // namespace shomei::signing
