#include "tests/vcard/bytes.h"

#include <algorithm>
#include <fstream>

namespace vcard {

std::string to_hex(View bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  const auto digit = [](char c) {
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
  };
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  Bytes out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

void append(Bytes& out, View more) {
  out.insert(out.end(), more.begin(), more.end());
}

bool starts_with(View bytes, View prefix) {
  return bytes.size() >= prefix.size() && std::ranges::equal(bytes.first(prefix.size()), prefix);
}

std::string to_text(View bytes) {
  return {bytes.begin(), bytes.end()};
}

Expected<Bytes> read_file(const std::string& path, std::size_t limit) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return std::unexpected("cannot open " + path);
  }
  Bytes out(limit + 1);
  in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (in.bad()) {
    return std::unexpected("cannot read " + path);
  }
  out.resize(static_cast<std::size_t>(in.gcount()));
  if (out.size() > limit) {
    return std::unexpected(path + " is larger than " + std::to_string(limit) + " bytes");
  }
  return out;
}

}  // namespace vcard
