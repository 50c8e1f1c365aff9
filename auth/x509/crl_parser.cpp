#include "auth/x509/crl_parser.h"

#include <algorithm>
#include <array>

#include "auth/x509/algorithm_rules.h"
#include "auth/x509/fields.h"

namespace shomei::auth {
namespace {

namespace tag = der::tag;

constexpr std::string_view kAuthorityKeyIdentifier = "2.5.29.35";
constexpr std::string_view kCrlNumber = "2.5.29.20";
constexpr std::string_view kDeltaIndicator = "2.5.29.27";
constexpr std::string_view kDistributionPoint = "2.5.29.28";

/// INTEGER (0..MAX) that is the whole value of an extension, as hexadecimal of its content.
Result<std::string> read_number(ByteView value) {
  der::Reader reader(value);
  SHOMEI_TRY(const der::Element number, reader.expect(tag::kInteger));
  SHOMEI_TRY(reader.finish());
  if (!is_shortest_integer(number.value) || number.value[0] >= 0x80) {
    return fail(Code::kDerMalformed, "number of a CRL that is no number");
  }
  return to_hex(number.value);
}

Result<void> read_authority_key(ByteView value, CrlFacts& facts) {
  der::Reader reader(value);
  SHOMEI_TRY(der::Reader fields, reader.enter(tag::kSequence));
  SHOMEI_TRY(reader.finish());
  SHOMEI_TRY(const auto key, fields.optional(tag::context(0)));
  facts.authority_key = key ? to_hex(key->value) : std::string();
  return {};
}

Result<void> read_list_extension(const Extension& extension, CrlParts& parts) {
  // RFC 5280 5.2: known, and of no consequence here: issuerAltName, freshestCRL, authorityInfoAccess.
  constexpr std::array<std::string_view, 3> kHarmless{"2.5.29.18", "2.5.29.46", "1.3.6.1.5.5.7.1.1"};
  CrlFacts& facts = parts.facts;
  if (extension.oid == kAuthorityKeyIdentifier) {
    return read_authority_key(extension.value, facts);
  }
  if (extension.oid == kCrlNumber) {
    SHOMEI_TRY(facts.number, read_number(extension.value));
  } else if (extension.oid == kDeltaIndicator) {
    SHOMEI_TRY(facts.base_number, read_number(extension.value));
    facts.is_delta = true;
  } else if (extension.oid == kDistributionPoint) {
    parts.distribution_point = extension.value;
  } else if (extension.critical && std::ranges::find(kHarmless, extension.oid) == kHarmless.end()) {
    facts.unknown_critical.push_back(extension.oid);
  }
  return {};
}

Result<void> read_list_extensions(der::Reader& list, CrlParts& parts) {
  SHOMEI_TRY(der::Reader wrapper, list.enter(tag::context_constructed(0)));
  SHOMEI_TRY(der::Reader extensions, wrapper.enter(tag::kSequence));
  if (extensions.at_end()) {
    return fail(Code::kDerMalformed, "no extension");
  }
  std::vector<std::string> seen;
  while (!extensions.at_end()) {
    SHOMEI_TRY(Extension extension, read_extension(extensions));
    if (std::ranges::find(seen, extension.oid) != seen.end() || seen.size() >= kMaxExtensions) {
      return fail(Code::kDerMalformed, "two extensions " + extension.oid);
    }
    SHOMEI_TRY(read_list_extension(extension, parts));
    seen.push_back(std::move(extension.oid));
  }
  return wrapper.finish();
}

Result<void> read_list(der::Reader list, ByteView identifier, CrlParts& parts) {
  SHOMEI_TRY(const auto version, list.optional(tag::kInteger));
  if (version && (version->value.size() != 1 || version->value[0] != 1)) {
    return fail(Code::kDerMalformed, "version of the CRL is not 2");
  }
  SHOMEI_TRY(const der::Element algorithm, list.expect(tag::kSequence));
  if (!std::ranges::equal(algorithm.whole, identifier)) {
    return fail(Code::kDerMalformed, "two different signature algorithms");
  }
  SHOMEI_TRY(const der::Element issuer, list.expect(tag::kSequence));
  parts.issuer = issuer.whole;
  SHOMEI_TRY(parts.facts.this_update, read_time(list));
  if (list.peek() == tag::kUtcTime || list.peek() == tag::kGeneralizedTime) {
    SHOMEI_TRY(parts.facts.next_update, read_time(list));
  }
  if (list.peek() == tag::kSequence) {
    SHOMEI_TRY(parts.entries_reader, list.enter(tag::kSequence));
    parts.entries = parts.entries_reader.rest();
  }
  if (!list.at_end()) {
    if (!version) {
      return fail(Code::kDerMalformed, "extensions in a CRL of version 1");
    }
    SHOMEI_TRY(read_list_extensions(list, parts));
  }
  return list.finish();
}

}  // namespace

Result<CrlParts> take_apart(ByteView der) {
  CrlParts parts;
  der::Reader reader(der);
  SHOMEI_TRY(der::Reader outer, reader.enter(tag::kSequence));
  SHOMEI_TRY(reader.finish());
  SHOMEI_TRY(const der::Element list, outer.expect(tag::kSequence));
  SHOMEI_TRY(const der::Element algorithm, outer.expect(tag::kSequence));
  SHOMEI_TRY(const der::Element signature, outer.expect(tag::kBitString));
  SHOMEI_TRY(outer.finish());
  if (signature.value.size() < 2 || signature.value[0] != 0) {
    return fail(Code::kDerMalformed, "signature is no string of whole octets");
  }
  parts.facts.signature_algorithm = signature_algorithm(algorithm.whole);
  if (parts.facts.signature_algorithm.empty()) {
    return fail(Code::kDerMalformed, "the signature algorithm cannot be read");
  }
  SHOMEI_TRY(der::Reader content, outer.inside(list));
  SHOMEI_TRY(read_list(content, algorithm.whole, parts));
  parts.to_be_signed = list.whole;
  parts.algorithm = algorithm.whole;
  parts.signature = signature.whole;
  return parts;
}

}  // namespace shomei::auth
