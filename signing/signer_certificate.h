#pragma once

#include "base/openssl.h"
#include "base/signing_key.h"
#include "signing/signature_algorithm.h"

namespace shomei::signing {

/// What both formats say about the certificate that signs.
struct SignerCertificate {
  Bytes der;
  OwnedX509 parsed;
  SignatureAlgorithm algorithm;
  /// The key's other certificates, as DER.
  std::vector<Bytes> chain;
};

/// Errors: key.unsuitable (no certificate, not of the key's type, or a key usage without nonRepudiation),
/// input.not_certificate.
Result<SignerCertificate> signer_certificate(SigningKey& key);

/// DER IssuerSerial (RFC 5035 5, GeneralNames with one directoryName, and the serial number).
Bytes issuer_serial(X509* certificate);

/// One use of the key over a SHA-256 digest; the answer must fit the certificate (a card of another person, a broken
/// chip). RSA big-endian, EC r || s. Errors: what the key gives; crypto.failed.
Result<Bytes> sign_with(SigningKey& key, const SignerCertificate& certificate, ByteView digest);

}  // namespace shomei::signing
