#pragma once

#include <filesystem>
#include <memory>

#include "base/openssl.h"
#include "base/signing_key.h"

namespace shomei {

/// A private key in memory: the server's token-signing key, and tests.
class SoftwareKey final : public SigningKey {
 public:
  /// PEM PKCS#8 (unencrypted) and, where given, the DER certificate that goes with it.
  /// Errors: input.*, key.unsuitable (neither RSA nor EC).
  static Result<std::unique_ptr<SoftwareKey>> load(const std::filesystem::path& pem, ByteView certificate_der = {});
  /// A fresh P-256 key without certificate.
  static Result<std::unique_ptr<SoftwareKey>> generate_p256();
  /// Writes PEM PKCS#8 with mode 0600; never replaces a file. Errors: output.failed, storage.full.
  Result<void> save(const std::filesystem::path& pem) const;

  KeyType type() const override;
  ByteView certificate() const override { return certificate_; }
  Result<Bytes> sign_digest(DigestAlgorithm algorithm, ByteView digest) override;
  /// DER SubjectPublicKeyInfo.
  Bytes public_key() const;
  EVP_PKEY* native() const { return key_.get(); }

 private:
  SoftwareKey(OwnedPkey key, ByteView certificate_der)
      : key_(std::move(key)), certificate_(to_bytes(certificate_der)) {}
  OwnedPkey key_;
  Bytes certificate_;
};

/// DER ECDSA-Sig-Value (RFC 3279 2.2.3) to r || s with `field_bytes` each, and back. Errors: der.malformed.
Result<Bytes> ecdsa_raw(ByteView der_signature, std::size_t field_bytes);
Bytes ecdsa_der(ByteView raw_signature);

}  // namespace shomei
