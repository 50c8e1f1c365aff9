#include "base/ber.h"

#include "base/der.h"

namespace shomei::der {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::uint8_t kConstructed = 0x20;

std::unexpected<Error> bad(std::string_view what) {
  return fail(Code::kDerMalformed, std::string(what));
}

struct Header {
  std::uint8_t tag;
  bool indefinite;
  std::size_t length;
};

Result<Header> take_header(ByteView& rest) {
  if (rest.size() < 2 || (rest[0] & 0x1F) == 0x1F) {
    return bad("BER element truncated or of a high tag number");
  }
  Header header{rest[0], rest[1] == 0x80, rest[1]};
  const std::size_t octets = rest[1] > 0x80 ? rest[1] & 0x7F : 0;
  if (rest.size() < 2 + octets || (header.indefinite && (header.tag & kConstructed) == 0)) {
    return bad("BER length out of bounds");
  }
  if (octets > 0) {
    header.length = 0;
    for (std::size_t i = 0; i < octets; ++i) {
      if (header.length >> 40 != 0) {
        return bad("BER length out of bounds");
      }
      header.length = header.length << 8 | rest[2 + i];
    }
  }
  rest = rest.subspan(2 + octets);
  if (!header.indefinite && header.length > rest.size()) {
    return bad("BER element longer than its container");
  }
  return header;
}

void append(Bytes& to, ByteView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

Result<Bytes> take_element(ByteView& rest, int depth);

/// The elements up to the end, or to the end-of-contents octets, which are passed over.
Result<Bytes> take_elements(ByteView& rest, bool indefinite, bool segments, int depth) {
  Bytes all;
  while (indefinite || !rest.empty()) {
    if (indefinite && rest.size() >= 2 && rest[0] == 0 && rest[1] == 0) {
      rest = rest.subspan(2);
      break;
    }
    SHOMEI_TRY(const Bytes element, take_element(rest, depth));
    if (segments) {
      Reader reader(element);
      SHOMEI_TRY(const Element segment, reader.expect(tag::kOctetString));
      append(all, segment.value);
    } else {
      append(all, element);
    }
  }
  return all;
}

Result<Bytes> take_element(ByteView& rest, int depth) {
  if (depth > kMaxDepth) {
    return bad("BER nested too deep");
  }
  SHOMEI_TRY(const Header header, take_header(rest));
  ByteView content = header.indefinite ? rest : rest.first(header.length);
  if (!header.indefinite) {
    rest = rest.subspan(header.length);
  }
  if ((header.tag & kConstructed) == 0) {
    return wrap(header.tag, content);
  }
  const bool segments = header.tag == (tag::kOctetString | kConstructed);
  SHOMEI_TRY(const Bytes inside,
             take_elements(header.indefinite ? rest : content, header.indefinite, segments, depth + 1));
  return wrap(segments ? tag::kOctetString : header.tag, inside);
}

}  // namespace

Result<Bytes> from_ber(ByteView ber) {
  SHOMEI_TRY(Bytes made, take_element(ber, 0));
  if (!ber.empty()) {
    return bad("bytes after the BER element");
  }
  return made;
}

}  // namespace shomei::der
