#include "auth/x509/crl_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace shomei::auth {
namespace {

namespace tag = der::tag;

constexpr std::array<std::string_view, 11> kReasons{
    "unspecified",     "keyCompromise", "cACompromise",  "affiliationChanged", "superseded",  "cessationOfOperation",
    "certificateHold", "reserved",      "removeFromCRL", "privilegeWithdrawn", "aACompromise"};

constexpr std::string_view kReasonCode = "2.5.29.21";
constexpr std::string_view kCertificateIssuer = "2.5.29.29";
constexpr std::string_view kAuthorityKeyIdentifier = "2.5.29.35";
constexpr std::string_view kCrlNumber = "2.5.29.20";
constexpr std::string_view kDeltaIndicator = "2.5.29.27";
constexpr std::string_view kDistributionPoint = "2.5.29.28";

struct Extension {
  std::string oid;
  bool critical = false;
  ByteView value;
};

Result<Extension> read_extension(der::Reader& list) {
  SHOMEI_TRY(der::Reader fields, list.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element oid, fields.expect(tag::kOid));
  SHOMEI_TRY(const auto critical, fields.optional(tag::kBoolean));
  SHOMEI_TRY(const der::Element value, fields.expect(tag::kOctetString));
  SHOMEI_TRY(fields.finish());
  SHOMEI_TRY(std::string text, der::oid_text(oid.value));
  return Extension{std::move(text), critical && critical->value.size() == 1 && critical->value[0] != 0, value.value};
}

Result<Time> read_time(der::Reader& fields) {
  const bool generalized = fields.peek() == tag::kGeneralizedTime;
  SHOMEI_TRY(const der::Element time, fields.expect(generalized ? tag::kGeneralizedTime : tag::kUtcTime));
  return parse_asn1_time(time.tag, as_text(time.value));
}

/// RFC 5280 5.3: critical extensions of an entry that are not understood spoil the list.
Result<void> read_entry_extensions(der::Reader& entry, std::uint32_t offset, CrlParts& parts) {
  SHOMEI_TRY(der::Reader list, entry.enter(tag::kSequence));
  while (!list.at_end()) {
    SHOMEI_TRY(Extension extension, read_extension(list));
    if (extension.oid == kCertificateIssuer) {
      parts.certificate_issuers.emplace_back(offset, extension.value);
    } else if (extension.critical && extension.oid != kReasonCode && parts.facts.unknown_critical.size() < 16) {
      parts.facts.unknown_critical.push_back(std::move(extension.oid));
    }
  }
  return {};
}

bool serial_less(ByteView a, ByteView b) {
  return a.size() != b.size() ? a.size() < b.size() : std::ranges::lexicographical_compare(a, b);
}

Result<void> read_entries(der::Reader list, CrlParts& parts) {
  parts.entries = list.rest();
  bool sorted = true;
  ByteView previous;
  while (!list.at_end()) {
    const auto offset = static_cast<std::uint32_t>(parts.entries.size() - list.rest().size());
    SHOMEI_TRY(der::Reader entry, list.enter(tag::kSequence));
    SHOMEI_TRY(const der::Element serial, entry.expect(tag::kInteger));
    SHOMEI_TRY(read_time(entry));
    if (!entry.at_end()) {
      SHOMEI_TRY(read_entry_extensions(entry, offset, parts));
      SHOMEI_TRY(entry.finish());
    }
    sorted = sorted && !serial_less(serial.value, previous);
    previous = serial.value;
    parts.index.push_back(offset);
  }
  if (!sorted) {
    std::ranges::sort(parts.index, [&](std::uint32_t a, std::uint32_t b) {
      const ByteView first = entry_serial(parts.entries, a);
      const ByteView second = entry_serial(parts.entries, b);
      return serial_less(first, second) || (a < b && !serial_less(second, first));
    });
  }
  parts.facts.entries = parts.index.size();
  return {};
}

Result<void> read_authority_key(ByteView value, CrlFacts& facts) {
  der::Reader reader(value);
  SHOMEI_TRY(der::Reader fields, reader.enter(tag::kSequence));
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
    der::Reader reader(extension.value);
    SHOMEI_TRY(const der::Element number, reader.expect(tag::kInteger));
    facts.number = to_hex(number.value);
  } else if (extension.oid == kDeltaIndicator) {
    der::Reader reader(extension.value);
    SHOMEI_TRY(const der::Element number, reader.expect(tag::kInteger));
    facts.base_number = to_hex(number.value);
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
  std::vector<std::string> seen;
  while (!extensions.at_end()) {
    SHOMEI_TRY(Extension extension, read_extension(extensions));
    if (std::ranges::find(seen, extension.oid) != seen.end() || seen.size() >= 64) {
      return fail(Code::kDerMalformed, "two extensions " + extension.oid);
    }
    SHOMEI_TRY(read_list_extension(extension, parts));
    seen.push_back(std::move(extension.oid));
  }
  return wrapper.finish();
}

Result<void> read_list(der::Reader list, ByteView signature_algorithm, CrlParts& parts) {
  SHOMEI_TRY(const auto version, list.optional(tag::kInteger));
  if (version && (version->value.size() != 1 || version->value[0] != 1)) {
    return fail(Code::kDerMalformed, "version of the CRL is not 2");
  }
  SHOMEI_TRY(const der::Element algorithm, list.expect(tag::kSequence));
  if (!std::ranges::equal(algorithm.whole, signature_algorithm)) {
    return fail(Code::kDerMalformed, "two different signature algorithms");
  }
  SHOMEI_TRY(const der::Element issuer, list.expect(tag::kSequence));
  parts.issuer = issuer.whole;
  SHOMEI_TRY(parts.facts.this_update, read_time(list));
  if (list.peek() == tag::kUtcTime || list.peek() == tag::kGeneralizedTime) {
    SHOMEI_TRY(parts.facts.next_update, read_time(list));
  }
  if (list.peek() == tag::kSequence) {
    SHOMEI_TRY(der::Reader entries, list.enter(tag::kSequence));
    SHOMEI_TRY(read_entries(entries, parts));
  }
  if (!list.at_end()) {
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
    return fail(Code::kDerMalformed, "the CRL has no signature");
  }
  SHOMEI_TRY(der::Reader identifier, der::Reader(algorithm.whole).enter(tag::kSequence));
  SHOMEI_TRY(const der::Element oid, identifier.expect(tag::kOid));
  SHOMEI_TRY(parts.facts.signature_algorithm, der::oid_text(oid.value));
  SHOMEI_TRY(der::Reader content, outer.inside(list));
  SHOMEI_TRY(read_list(content, algorithm.whole, parts));
  parts.to_be_signed = list.whole;
  parts.signature = signature.value.subspan(1);
  return parts;
}

ByteView entry_serial(ByteView entries, std::uint32_t offset) {
  auto entry = der::Reader(entries.subspan(offset)).enter(tag::kSequence);
  SHOMEI_CHECK(entry);
  const auto serial = entry->expect(tag::kInteger);
  SHOMEI_CHECK(serial);
  return serial->value;
}

CrlEntry entry_at(ByteView entries, std::uint32_t offset) {
  auto entry = der::Reader(entries.subspan(offset)).enter(tag::kSequence);
  SHOMEI_CHECK(entry && entry->next());
  const auto time = read_time(*entry);
  SHOMEI_CHECK(time);
  CrlEntry found{*time, kReasons[0]};
  auto extensions = entry->at_end() ? Result<der::Reader>(*entry) : entry->enter(tag::kSequence);
  while (extensions && !extensions->at_end()) {
    const auto extension = read_extension(*extensions);
    SHOMEI_CHECK(extension);
    // ENUMERATED of one byte; any other value is as good as unspecified.
    if (extension->oid == kReasonCode && extension->value.size() == 3 && extension->value[0] == tag::kEnumerated &&
        extension->value[2] < kReasons.size()) {
      found.reason = kReasons[extension->value[2]];
    }
  }
  return found;
}

}  // namespace shomei::auth
