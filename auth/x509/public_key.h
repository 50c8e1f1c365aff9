#pragma once

#include <memory>

#include "base/digest.h"
#include "base/openssl.h"
#include "base/signing_key.h"

namespace shomei::auth {

/// How an ECDSA signature is written: r || s with the field's length each (JWS, XML-DSig), or DER ECDSA-Sig-Value
/// (X.509, CMS).
enum class EcdsaForm : std::uint8_t { kRaw, kDer };

/// RSASSA-PKCS1-v1_5, or RSASSA-PSS with MGF1 of the same digest and a salt of the digest's length (RFC 7518 3.5).
enum class RsaPadding : std::uint8_t { kPkcs1, kPss };

/// An RSA or EC public key; immutable, cheap to copy, usable from several threads.
class PublicKey {
 public:
  /// DER SubjectPublicKeyInfo. Errors: der.malformed; key.unsuitable (neither RSA nor EC on a NIST P curve, or RSA
  /// below 2048 or above 16384 bits).
  static Result<PublicKey> parse(ByteView spki);
  /// The key of an EVP_PKEY, which is shared, with the same rules.
  static Result<PublicKey> from(EVP_PKEY* key);

  KeyType type() const;
  /// RSA: length of the modulus; EC: of the field (256, 384, 521).
  int bits() const;
  /// DER SubjectPublicKeyInfo.
  Bytes spki() const;
  EVP_PKEY* native() const { return key_.get(); }

 private:
  explicit PublicKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

/// True when `signature` is the key's over the raw `digest`. A signature of wrong length or encoding is just wrong.
/// `padding` counts for RSA keys, `form` for EC keys.
[[nodiscard]] bool verify_digest(const PublicKey& key, DigestAlgorithm algorithm, ByteView digest, ByteView signature,
                                 EcdsaForm form = EcdsaForm::kRaw, RsaPadding padding = RsaPadding::kPkcs1);

}  // namespace shomei::auth
