#include "tests/vcard/der.h"

#include <algorithm>

namespace vcard::der {

Bytes concat(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) {
    append(out, part);
  }
  return out;
}

Bytes tlv(std::uint8_t tag, View content) {
  Bytes out{tag};
  const std::size_t size = content.size();
  if (size >= 0x100) {
    out.push_back(0x82);
    out.push_back(static_cast<std::uint8_t>(size >> 8U));
  } else if (size >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(size));
  append(out, content);
  return out;
}

Bytes tlv(std::uint8_t tag, std::initializer_list<Bytes> parts) {
  return tlv(tag, concat(parts));
}
Bytes sequence(std::initializer_list<Bytes> parts) {
  return tlv(0x30, parts);
}
Bytes octets(View content) {
  return tlv(0x04, content);
}

Bytes utf8(std::string_view text) {
  return tlv(0x0C, Bytes(text.begin(), text.end()));
}

Bytes integer(unsigned value, std::uint8_t tag) {
  Bytes content;
  do {
    content.insert(content.begin(), static_cast<std::uint8_t>(value));
    value >>= 8U;
  } while (value != 0);
  if (content.front() >= 0x80) {
    content.insert(content.begin(), 0);
  }
  return tlv(tag, content);
}

Bytes named_bits(std::initializer_list<unsigned> bits) {
  Bytes content{0};
  for (const unsigned bit : bits) {
    if (content.size() < 2 + bit / 8) {
      content.resize(2 + bit / 8);
    }
    content[1 + bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
  }
  if (content.size() > 1) {
    content[0] = static_cast<std::uint8_t>(7 - std::max(bits) % 8);
  }
  return tlv(0x03, content);
}

}  // namespace vcard::der
