#pragma once

#include "base/bytes.h"
#include "base/digest.h"

namespace shomei {

enum class KeyType : std::uint8_t { kRsa, kEc };

/// A certificate, and: sign this digest. A card key, a PKCS#11 key and a software key for tests implement it; signing
/// and auth use it and never learn which it is. A PIN is asked for before or inside; a refusal inside is an Error
/// pin.*.
class SigningKey {
 public:
  virtual ~SigningKey() = default;

  virtual KeyType type() const = 0;
  /// DER of the end-entity certificate; empty for a key without one (a token-signing key).
  virtual ByteView certificate() const = 0;
  /// DER of the CA certificates that the holder of the key knows, in any order; may be empty.
  virtual std::vector<Bytes> chain() const { return {}; }
  /// RSA: RSASSA-PKCS1-v1_5 (RFC 8017 8.2), big-endian, length of the modulus. EC: r || s, each of the field's length
  /// (RFC 7518 3.4). `digest` is raw, of the algorithm's length.
  virtual Result<Bytes> sign_digest(DigestAlgorithm algorithm, ByteView digest) = 0;
};

}  // namespace shomei
