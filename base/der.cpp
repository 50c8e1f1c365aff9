#include "base/der.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shomei::der {

std::unexpected<Error> Reader::bad(std::string_view what) const {
  return fail(Code::kDerMalformed, fmt::format("{} at byte {}", what, offset_));
}

std::optional<std::uint8_t> Reader::peek() const {
  return rest_.empty() ? std::nullopt : std::optional(rest_.front());
}

Result<Element> Reader::next() {
  if (rest_.size() < 2) {
    return bad("truncated element");
  }
  const std::uint8_t element_tag = rest_[0];
  if ((element_tag & 0x1F) == 0x1F) {
    return bad("high tag number");
  }
  std::size_t header = 2;
  std::size_t length = rest_[1];
  if (length == 0x80) {
    return bad("indefinite length");
  }
  if (length > 0x80) {
    const std::size_t octets = length & 0x7F;
    if (octets > 4 || rest_.size() < 2 + octets) {
      return bad("length out of bounds");
    }
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) {
      length = length << 8 | rest_[2 + i];
    }
    header += octets;
    if (length < 0x80 || rest_[2] == 0) {
      return bad("length not minimal");
    }
  }
  if (length > rest_.size() - header) {
    return bad("element longer than its container");
  }
  Element element{element_tag, rest_.subspan(header, length), rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  offset_ += header + length;
  return element;
}

Result<Element> Reader::expect(std::uint8_t wanted) {
  if (peek() != wanted) {
    return bad(fmt::format("expected tag {:02x}, found {}", wanted,
                           at_end() ? std::string("the end") : fmt::format("{:02x}", *peek())));
  }
  return next();
}

Result<std::optional<Element>> Reader::optional(std::uint8_t wanted) {
  if (peek() != wanted) {
    return std::nullopt;
  }
  SHOMEI_TRY(Element element, next());
  return element;
}

Result<Reader> Reader::enter(std::uint8_t wanted) {
  SHOMEI_TRY(const Element element, expect(wanted));
  return inside(element);
}

Result<Reader> Reader::inside(const Element& element) const {
  if (depth_left_ <= 0) {
    return bad("nested too deep");
  }
  return Reader(element.value, offset_ - element.value.size(), depth_left_ - 1);
}

void Reader::skip(std::size_t bytes) {
  SHOMEI_CHECK(bytes <= rest_.size());
  rest_ = rest_.subspan(bytes);
  offset_ += bytes;
}

Result<void> Reader::finish() const {
  if (!at_end()) {
    return bad("surplus bytes");
  }
  return {};
}

Result<std::string> oid_text(ByteView content) {
  if (content.empty() || content.size() > 64 || (content.back() & 0x80) != 0) {
    return fail(Code::kDerMalformed, "object identifier cut off, empty or too long");
  }
  std::string text;
  std::uint64_t arc = 0;
  bool begins = true;
  for (const std::uint8_t byte : content) {
    if ((begins && byte == 0x80) || arc > (std::uint64_t{1} << 55)) {
      return fail(Code::kDerMalformed, "object identifier arc not minimal or too large");
    }
    arc = arc << 7 | (byte & 0x7F);
    begins = (byte & 0x80) == 0;
    if (begins) {
      const std::uint64_t first = arc < 80 ? arc / 40 : 2;
      text += text.empty() ? fmt::format("{}.{}", first, arc - first * 40) : fmt::format(".{}", arc);
      arc = 0;
    }
  }
  return text;
}

Result<Bytes> oid_content(std::string_view text) {
  std::vector<std::uint64_t> arcs;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::uint64_t arc = 0;
    const auto [stop, error] = std::from_chars(at, end, arc);
    if (error != std::errc() || arc >= std::uint64_t{1} << 62) {
      return fail(Code::kDerMalformed, fmt::format("not an object identifier: {}", text));
    }
    arcs.push_back(arc);
    at = stop;
    if (at == end) {
      break;
    }
    if (*at++ != '.') {
      return fail(Code::kDerMalformed, fmt::format("not an object identifier: {}", text));
    }
  }
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39)) {
    return fail(Code::kDerMalformed, fmt::format("not an object identifier: {}", text));
  }
  arcs[1] += arcs[0] * 40;
  Bytes content;
  for (std::size_t i = 1; i < arcs.size(); ++i) {
    int shift = 56;
    while (shift > 0 && (arcs[i] >> shift) == 0) {
      shift -= 7;
    }
    for (; shift >= 0; shift -= 7) {
      content.push_back(static_cast<std::uint8_t>((arcs[i] >> shift & 0x7F) | (shift > 0 ? 0x80 : 0)));
    }
  }
  return content;
}

Result<std::uint32_t> small_integer(ByteView content) {
  const bool minimal = content.size() == 1 || (content.size() > 1 && (content[0] != 0 || (content[1] & 0x80) != 0));
  if (content.empty() || (content[0] & 0x80) != 0 || content.size() > 5 || !minimal) {
    return fail(Code::kDerMalformed, "not a small non-negative integer");
  }
  std::uint64_t value = 0;
  for (const std::uint8_t byte : content) {
    value = value << 8 | byte;
  }
  if (value >= std::uint64_t{1} << 31) {
    return fail(Code::kDerMalformed, "integer too large");
  }
  return static_cast<std::uint32_t>(value);
}

Bytes wrap(std::uint8_t tag, ByteView content) {
  return wrap(tag, {content});
}

Bytes wrap(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  std::size_t length = 0;
  for (const ByteView part : parts) {
    length += part.size();
  }
  Bytes out{tag};
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
  } else {
    int octets = 1;
    while (octets < 8 && (length >> (8 * octets)) != 0) {
      ++octets;
    }
    out.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (int i = octets - 1; i >= 0; --i) {
      out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    }
  }
  out.reserve(out.size() + length);
  for (const ByteView part : parts) {
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

Bytes set_of(std::vector<Bytes> members, std::uint8_t tag) {
  std::ranges::sort(members);
  Bytes content;
  for (const Bytes& member : members) {
    content.insert(content.end(), member.begin(), member.end());
  }
  return wrap(tag, content);
}

Bytes oid(std::string_view text) {
  const Result<Bytes> content = oid_content(text);
  SHOMEI_CHECK(content.has_value());
  return wrap(tag::kOid, *content);
}

Bytes unsigned_integer(ByteView big_endian) {
  while (big_endian.size() > 1 && big_endian.front() == 0) {
    big_endian = big_endian.subspan(1);
  }
  static constexpr std::uint8_t kZero[] = {0};
  if (big_endian.empty() || (big_endian.front() & 0x80) != 0) {
    return wrap(tag::kInteger, {ByteView(kZero), big_endian});
  }
  return wrap(tag::kInteger, big_endian);
}

Bytes algorithm(std::string_view oid_text, bool null_parameters) {
  const Bytes null{tag::kNull, 0};
  return wrap(tag::kSequence, {oid(oid_text), null_parameters ? ByteView(null) : ByteView()});
}

}  // namespace shomei::der
