#pragma once

#include "tests/vcard/bytes.h"

#include <initializer_list>

// DER building blocks, as ISO/IEC 7816-15 files need them.
namespace vcard::der {

Bytes concat(std::initializer_list<Bytes> parts);
Bytes tlv(std::uint8_t tag, View content);
Bytes tlv(std::uint8_t tag, std::initializer_list<Bytes> parts);
Bytes sequence(std::initializer_list<Bytes> parts);
Bytes octets(View content);
Bytes utf8(std::string_view text);
Bytes integer(unsigned value, std::uint8_t tag = 0x02);
// Named bits, first name is bit 0; trailing zeros cut as DER wants.
Bytes named_bits(std::initializer_list<unsigned> bits);

}  // namespace vcard::der
