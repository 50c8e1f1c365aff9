#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shomei {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text as they are (UTF-8 stays UTF-8); valid while `text` lives.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// The bytes taken as text, unchecked; valid while `bytes` live.
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Lower-case hexadecimal without separators.
std::string to_hex(ByteView bytes);
/// Accepts upper and lower case, no separators. Errors: input.malformed.
Result<Bytes> from_hex(std::string_view hex);

/// RFC 4648 section 4, padded, one line.
std::string to_base64(ByteView bytes);
/// RFC 4648 section 4, padded; only the canonical encoding is accepted, and with `kSkipBlanks` XML white space between.
enum class Blanks : std::uint8_t { kRefuse, kSkip };
Result<Bytes> from_base64(std::string_view text, Blanks blanks = Blanks::kRefuse);

/// RFC 4648 section 5, unpadded, as in JOSE (RFC 7515 section 2); only the canonical encoding is accepted.
std::string to_base64url(ByteView bytes);
Result<Bytes> from_base64url(std::string_view text);

}  // namespace shomei
