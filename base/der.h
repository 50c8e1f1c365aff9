#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace shomei::der {

/// Identifier octets of X.690 8.1.2, first octet only (tag numbers above 30 are refused: no structure here has them).
namespace tag {
inline constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kNull = 0x05,
                              kOid = 0x06, kUtf8String = 0x0C, kEnumerated = 0x0A, kPrintableString = 0x13,
                              kIa5String = 0x16, kUtcTime = 0x17, kGeneralizedTime = 0x18, kSequence = 0x30,
                              kSet = 0x31;
constexpr std::uint8_t context(std::uint8_t number) {
  return static_cast<std::uint8_t>(0x80 | number);
}
constexpr std::uint8_t context_constructed(std::uint8_t number) {
  return static_cast<std::uint8_t>(0xA0 | number);
}
}  // namespace tag

/// One element: its tag, the bytes of its value, and all of its bytes (header included). Views into the reader's input.
struct Element {
  std::uint8_t tag = 0;
  ByteView value;
  ByteView whole;
};

/// Reads definite-length, minimally encoded TLVs (X.690 10.1) one after the other; never past the end of its input.
/// Errors of all: der.malformed with the byte offset in the outermost input.
class Reader {
 public:
  /// `depth_left` bounds nesting through `enter`.
  explicit Reader(ByteView input, int depth_left = 32) : Reader(input, 0, depth_left) {}

  bool at_end() const { return rest_.empty(); }
  ByteView rest() const { return rest_; }
  /// Tag of the next element, or nothing at the end.
  std::optional<std::uint8_t> peek() const;
  Result<Element> next();
  /// The next element, which must have `tag`.
  Result<Element> expect(std::uint8_t tag);
  /// The next element if it has `tag`.
  Result<std::optional<Element>> optional(std::uint8_t tag);
  /// A reader of the content of the next element, which must have `tag`.
  Result<Reader> enter(std::uint8_t tag);
  /// A reader of an element's content that `next` gave.
  Result<Reader> inside(const Element& element) const;
  /// Passes over bytes at the front of `rest` that the caller has read by itself.
  void skip(std::size_t bytes);
  /// Succeeds when nothing is left.
  Result<void> finish() const;

 private:
  Reader(ByteView input, std::size_t offset, int depth_left) : rest_(input), offset_(offset), depth_left_(depth_left) {}
  std::unexpected<Error> bad(std::string_view what) const;

  ByteView rest_;
  std::size_t offset_;
  int depth_left_;
};

/// Content octets of an OBJECT IDENTIFIER to "1.2.3"; arcs up to 2^63. Errors: der.malformed.
Result<std::string> oid_text(ByteView content);
/// "1.2.3" to content octets. Errors: der.malformed.
Result<Bytes> oid_content(std::string_view text);
/// Content octets of a non-negative INTEGER below 2^31. Errors: der.malformed.
Result<std::uint32_t> small_integer(ByteView content);

/// One TLV around `content`.
Bytes wrap(std::uint8_t tag, ByteView content);
/// One TLV around the parts, one after the other.
Bytes wrap(std::uint8_t tag, std::initializer_list<ByteView> parts);
/// SET OF with its members sorted as X.690 11.6 says; each member is a whole TLV.
Bytes set_of(std::vector<Bytes> members, std::uint8_t tag = tag::kSet);
/// OBJECT IDENTIFIER TLV of a text known to be right (asserts).
Bytes oid(std::string_view text);
/// INTEGER TLV of an unsigned big-endian number.
Bytes unsigned_integer(ByteView big_endian);
/// AlgorithmIdentifier with NULL parameters where `null_parameters`.
Bytes algorithm(std::string_view oid_text, bool null_parameters);

}  // namespace shomei::der
