#include "cards/cia.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/der.h"

namespace shomei::cards::cia {
namespace {

using der::Element;
using der::Reader;
namespace tag = der::tag;

constexpr std::size_t kMaxPath = 16;
constexpr std::size_t kMaxIdentifier = 255;  // 8.2.4, IDENTIFIER
constexpr unsigned kNeedsPadding = 5, kUnblockingPassword = 6, kSoPassword = 7;
constexpr unsigned kComputeSignature = 1;
constexpr std::uint32_t kCkmRsaPkcs = 1;

std::unexpected<Error> bad(std::string_view what) {
  return fail(Code::kDerMalformed, std::string(what));
}

/// Bit `number` of a BIT STRING's content; bits behind its end are zero.
bool bit(ByteView content, unsigned number) {
  const std::size_t byte = 1 + std::size_t{number / 8};
  return byte < content.size() && (content[byte] >> (7 - number % 8) & 1) != 0;
}

// Annexes and cards write blanks around labels.
std::string trimmed(ByteView text) {
  constexpr std::string_view kBlanks(" \t\r\n\0", 5);
  const std::string_view view = as_text(text);
  const std::size_t first = view.find_first_not_of(kBlanks);
  return first == view.npos ? std::string()
                            : std::string(view.substr(first, view.find_last_not_of(kBlanks) - first + 1));
}

// Reference ::= INTEGER (0..255); cards are about that write 80..FF in one byte, which is negative as DER has it.
Result<std::uint8_t> reference(ByteView content) {
  if (content.size() == 1 || (content.size() == 2 && content[0] == 0)) {
    return content.back();
  }
  return bad("reference outside 0..255");
}

Result<std::size_t> size(ByteView content) {
  SHOMEI_TRY(const std::uint32_t number, der::small_integer(content));
  return number;
}

Result<Bytes> identifier(const Element& element) {
  if (element.value.size() > kMaxIdentifier) {
    return bad("identifier too long");
  }
  return to_bytes(element.value);
}

Result<Path> path(Reader& outer) {
  SHOMEI_TRY(Reader in, outer.enter(tag::kSequence));
  SHOMEI_TRY(const Element file, in.expect(tag::kOctetString));
  const std::size_t length = file.value.size();
  if (length == 0 || length > kMaxPath || (length > 1 && length % 2 != 0)) {
    return bad(fmt::format("path of {} bytes", length));
  }
  Path found{.file = to_bytes(file.value)};
  SHOMEI_TRY(const auto index, in.optional(tag::kInteger));
  if (index) {
    SHOMEI_TRY(found.index, size(index->value));
  }
  SHOMEI_TRY(const auto extent, in.optional(tag::context(0)));
  if (extent) {
    SHOMEI_TRY(found.length, size(extent->value));
  }
  return found;
}

struct Common {
  std::string label;
  Bytes auth_id;
  bool user_consent = false;
};

Result<Common> common(Reader in) {
  Common found;
  SHOMEI_TRY(const auto label, in.optional(tag::kUtf8String));
  if (label) {
    found.label = trimmed(label->value);
  }
  SHOMEI_TRY(in.optional(tag::kBitString));
  SHOMEI_TRY(const auto auth_id, in.optional(tag::kOctetString));
  if (auth_id) {
    SHOMEI_TRY(found.auth_id, identifier(*auth_id));
  }
  SHOMEI_TRY(const auto consent, in.optional(tag::kInteger));
  found.user_consent = consent.has_value();
  return found;
}

/// CIO (8.3): common, class and (subclass left out) type attributes.
struct Object {
  Common attributes;
  Reader of_class;
  Reader of_type;
};

Result<Object> object(Reader in) {
  SHOMEI_TRY(Reader common_in, in.enter(tag::kSequence));
  SHOMEI_TRY(Common attributes, common(common_in));
  SHOMEI_TRY(Reader of_class, in.enter(tag::kSequence));
  SHOMEI_TRY(in.optional(tag::context_constructed(0)));
  SHOMEI_TRY(Reader type_in, in.enter(tag::context_constructed(1)));
  SHOMEI_TRY(Reader of_type, type_in.enter(tag::kSequence));
  return Object{std::move(attributes), of_class, of_type};
}

/// Runs `take(reader, element)` for each element of the file up to the filler.
template <class Take>
Result<void> each(ByteView file, std::string_view name, Take take) {
  Reader reader(file);
  const auto walk = [&]() -> Result<void> {
    for (std::size_t count = 0; !reader.at_end() && *reader.peek() != 0x00 && *reader.peek() != 0xFF; ++count) {
      if (count == kMaxObjects) {
        return bad("too many objects");
      }
      SHOMEI_TRY(const Element element, reader.next());
      SHOMEI_TRY(take(reader, element));
    }
    return {};
  };
  auto done = walk();
  if (!done) {
    return fail(std::move(done).error(), Code::kCardFileMalformed, std::string(name));
  }
  return {};
}

/// The file's plain SEQUENCEs (other tags are other kinds of object) that `parse` has a use for.
template <class T>
Result<std::vector<T>> objects(ByteView file, std::string_view name, Result<std::optional<T>> (*parse)(Reader)) {
  std::vector<T> found;
  SHOMEI_TRY(each(file, name, [&](const Reader& reader, const Element& element) -> Result<void> {
    if (element.tag != tag::kSequence) {
      return {};
    }
    SHOMEI_TRY(const Reader in, reader.inside(element));
    SHOMEI_TRY(auto one, parse(in));
    if (one) {
      found.push_back(*std::move(one));
    }
    return {};
  }));
  return found;
}

Result<std::optional<PrivateKey>> private_key(Reader in) {
  SHOMEI_TRY(Object parts, object(in));
  PrivateKey key{.label = std::move(parts.attributes.label),
                 .auth_id = std::move(parts.attributes.auth_id),
                 .user_consent = parts.attributes.user_consent};
  SHOMEI_TRY(const Element id, parts.of_class.expect(tag::kOctetString));
  SHOMEI_TRY(key.id, identifier(id));
  SHOMEI_TRY(parts.of_class.expect(tag::kBitString));    // usage
  SHOMEI_TRY(parts.of_class.optional(tag::kBoolean));    // native
  SHOMEI_TRY(parts.of_class.optional(tag::kBitString));  // accessFlags
  SHOMEI_TRY(const auto key_reference, parts.of_class.optional(tag::kInteger));
  if (key_reference) {
    SHOMEI_TRY(key.reference, reference(key_reference->value));
  }
  SHOMEI_TRY(parts.of_class.optional(tag::kGeneralizedTime));  // startDate
  SHOMEI_TRY(parts.of_class.optional(tag::context(0)));        // endDate
  SHOMEI_TRY(const auto algorithms, parts.of_class.optional(tag::context_constructed(1)));
  if (algorithms) {
    SHOMEI_TRY(Reader list, parts.of_class.inside(*algorithms));
    while (!list.at_end()) {
      SHOMEI_TRY(const Element algorithm, list.expect(tag::kInteger));
      SHOMEI_TRY(key.algorithms.emplace_back(), der::small_integer(algorithm.value));
    }
  }
  SHOMEI_TRY(key.path, path(parts.of_type));
  return key;
}

Result<std::optional<Certificate>> certificate(Reader in) {
  SHOMEI_TRY(Object parts, object(in));
  Certificate found{.label = std::move(parts.attributes.label)};
  SHOMEI_TRY(const Element id, parts.of_class.expect(tag::kOctetString));
  SHOMEI_TRY(found.id, identifier(id));
  SHOMEI_TRY(const auto authority, parts.of_class.optional(tag::kBoolean));
  found.authority = authority && authority->value.size() == 1 && authority->value[0] != 0;
  if (parts.of_type.peek() != tag::kSequence) {
    return std::nullopt;  // a URL, or the certificate itself within EF.CD
  }
  SHOMEI_TRY(found.path, path(parts.of_type));
  return found;
}

Result<std::optional<Password>> password(Reader in) {
  SHOMEI_TRY(Object parts, object(in));
  Password found{.label = std::move(parts.attributes.label)};
  SHOMEI_TRY(const auto auth_id, parts.of_class.optional(tag::kOctetString));
  if (auth_id) {
    SHOMEI_TRY(found.auth_id, identifier(*auth_id));
  }
  Reader& type = parts.of_type;
  SHOMEI_TRY(const Element flags, type.expect(tag::kBitString));
  SHOMEI_TRY(type.expect(tag::kEnumerated));  // pwdType
  SHOMEI_TRY(const Element min, type.expect(tag::kInteger));
  SHOMEI_TRY(found.min_length, size(min.value));
  SHOMEI_TRY(const Element stored, type.expect(tag::kInteger));
  SHOMEI_TRY(found.stored_length, size(stored.value));
  SHOMEI_TRY(const auto max, type.optional(tag::kInteger));
  found.max_length = found.stored_length;
  if (max) {
    SHOMEI_TRY(found.max_length, size(max->value));
  }
  SHOMEI_TRY(const auto pwd_reference, type.optional(tag::context(0)));
  if (pwd_reference) {
    SHOMEI_TRY(found.reference, reference(pwd_reference->value));
  }
  SHOMEI_TRY(const auto pad, type.optional(tag::kOctetString));
  if (bit(flags.value, kNeedsPadding)) {
    if (!pad || pad->value.size() != 1) {
      return bad("needs-padding without padChar");
    }
    found.pad = pad->value[0];
  }
  SHOMEI_TRY(type.optional(tag::kGeneralizedTime));  // lastPasswordChange
  if (type.peek() == tag::kSequence) {
    SHOMEI_TRY(found.path, path(type));
  }
  if (bit(flags.value, kUnblockingPassword) || bit(flags.value, kSoPassword)) {
    return std::nullopt;
  }
  return found;
}

// CIAInfo (8.10): SEQUENCE { version, serialNumber?, manufacturerID?, label [0]?, cardflags, seInfo?, recordInfo [1]?,
// supportedAlgorithms [2]?, … }.
Result<std::vector<std::uint32_t>> padding_algorithms(Reader info) {
  std::vector<std::uint32_t> found;
  while (!info.at_end() && info.peek() != tag::context_constructed(2)) {
    SHOMEI_TRY(info.next());
  }
  if (info.at_end()) {
    return found;
  }
  SHOMEI_TRY(Reader list, info.enter(tag::context_constructed(2)));
  while (!list.at_end()) {
    SHOMEI_TRY(Reader algorithm, list.enter(tag::kSequence));
    SHOMEI_TRY(const Element number, algorithm.expect(tag::kInteger));
    SHOMEI_TRY(const std::uint32_t own, der::small_integer(number.value));
    SHOMEI_TRY(const Element mechanism, algorithm.expect(tag::kInteger));
    SHOMEI_TRY(const std::uint32_t kind, der::small_integer(mechanism.value));
    SHOMEI_TRY(algorithm.next());  // parameters
    SHOMEI_TRY(const Element operations, algorithm.expect(tag::kBitString));
    if (kind == kCkmRsaPkcs && bit(operations.value, kComputeSignature)) {
      found.push_back(own);
    }
  }
  return found;
}

}  // namespace

Result<ObjectDirectory> parse_object_directory(ByteView file) {
  ObjectDirectory found;
  SHOMEI_TRY(each(file, "EF.OD", [&](const Reader& reader, const Element& element) -> Result<void> {
    std::vector<Path>* const kind = element.tag == 0xA0   ? &found.private_keys
                                    : element.tag == 0xA4 ? &found.certificates
                                    : element.tag == 0xA8 ? &found.auth_objects
                                                          : nullptr;
    if (kind == nullptr) {
      return {};
    }
    SHOMEI_TRY(Reader in, reader.inside(element));
    SHOMEI_TRY(kind->emplace_back(), path(in));
    return {};
  }));
  return found;
}

Result<std::vector<PrivateKey>> parse_private_keys(ByteView file) {
  return objects<PrivateKey>(file, "EF.PrKD", private_key);
}

Result<std::vector<Certificate>> parse_certificates(ByteView file) {
  return objects<Certificate>(file, "EF.CD", certificate);
}

Result<std::vector<Password>> parse_auth_objects(ByteView file) {
  return objects<Password>(file, "EF.AOD", password);
}

Result<std::vector<std::uint32_t>> parse_padding_algorithms(ByteView file) {
  std::vector<std::uint32_t> found;
  SHOMEI_TRY(each(file, "EF.CIAInfo", [&](const Reader& reader, const Element& element) -> Result<void> {
    if (element.tag != tag::kSequence) {
      return bad("not a CIAInfo");
    }
    SHOMEI_TRY(Reader in, reader.inside(element));
    SHOMEI_TRY(auto some, padding_algorithms(in));
    found.insert(found.end(), some.begin(), some.end());
    return {};
  }));
  return found;
}

}  // namespace shomei::cards::cia
