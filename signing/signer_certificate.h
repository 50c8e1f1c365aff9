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

/// `der`: the end-entity certificate; `chain`: CA certificates that go into the signature, DER. `digest`: what is asked
/// for instead of SHA-256, or for P-384 and P-521 SHA-384 and SHA-512. Errors: key.unsuitable (no certificate, a key
/// that is neither RSA nor EC, or a key usage without nonRepudiation), input.not_certificate.
Result<SignerCertificate> signer_certificate(ByteView der, std::vector<Bytes> chain,
                                             std::optional<DigestAlgorithm> digest = std::nullopt);
/// The same of a key; key.unsuitable also where key and certificate are of different types.
Result<SignerCertificate> signer_certificate(const SigningKey& key,
                                             std::optional<DigestAlgorithm> digest = std::nullopt);

/// DER IssuerSerial (RFC 5035 5, GeneralNames with one directoryName, and the serial number).
Bytes issuer_serial(X509* certificate);

}  // namespace shomei::signing
