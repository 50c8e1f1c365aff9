#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace shomei {

enum class DigestAlgorithm : std::uint8_t { kSha1, kSha256, kSha384, kSha512 };

/// Digest of the bytes, raw (20, 32, 48 or 64 bytes).
Bytes digest(DigestAlgorithm algorithm, ByteView data);
inline Bytes sha256(ByteView data) {
  return digest(DigestAlgorithm::kSha256, data);
}

/// Digests data that comes in pieces.
class DigestStream {
 public:
  explicit DigestStream(DigestAlgorithm algorithm);
  ~DigestStream();
  DigestStream(DigestStream&&) noexcept;
  DigestStream& operator=(DigestStream&&) noexcept;
  void update(ByteView piece);
  /// The digest of all pieces; the stream is at its end.
  Bytes finish();

 private:
  void* context_;
};

std::size_t digest_size(DigestAlgorithm algorithm);
/// "2.16.840.1.101.3.4.2.1" and so on.
std::string_view digest_oid(DigestAlgorithm algorithm);
std::optional<DigestAlgorithm> digest_from_oid(std::string_view oid);
/// DER DigestInfo of RFC 8017 9.2 (with NULL parameters) around a raw digest.
Bytes digest_info(DigestAlgorithm algorithm, ByteView digest);

/// Cryptographically strong random bytes.
Bytes random_bytes(std::size_t count);

}  // namespace shomei
