#include "base/bytes.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

namespace shomei {
namespace {

int nibble(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

Result<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) {
    return fail(Code::kInputMalformed, "hexadecimal text of odd length");
  }
  Bytes bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = nibble(hex[2 * i]);
    const int low = nibble(hex[2 * i + 1]);
    if (high < 0 || low < 0) {
      return fail(Code::kInputMalformed, fmt::format("not hexadecimal at character {}", 2 * i));
    }
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Result<Bytes> from_base64(std::string_view text, Blanks blanks) {
  std::string kept(text);
  if (blanks == Blanks::kSkip) {
    std::erase_if(kept, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  }
  Bytes bytes(kept.size() / 4 * 3 + 3);
  const int length = kept.size() % 4 != 0
                         ? -1
                         : EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(kept.data()),
                                           static_cast<int>(kept.size()));
  if (length < 0) {
    return fail(Code::kInputMalformed, "not base64");
  }
  const auto padding = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '='));
  if (padding > 2) {
    return fail(Code::kInputMalformed, "not base64");
  }
  bytes.resize(static_cast<std::size_t>(length) - padding);
  if (to_base64(bytes) != kept) {
    return fail(Code::kInputMalformed, "not canonical base64");
  }
  return bytes;
}

std::string to_base64url(ByteView bytes) {
  std::string text = to_base64(bytes);
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

Result<Bytes> from_base64url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos || text.size() % 4 == 1) {
    return fail(Code::kInputMalformed, "not base64url");
  }
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  standard.resize((standard.size() + 3) / 4 * 4, '=');
  return from_base64(standard);
}

}  // namespace shomei
