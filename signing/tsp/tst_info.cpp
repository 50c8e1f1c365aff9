#include "signing/tsp/tst_info.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "auth/x509/certificate_facts.h"
#include "base/der.h"
#include "base/openssl.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

/// Accuracy: the fields' own bounds are 1 to 999; a century of seconds is more than any clock is wrong by.
Result<std::chrono::microseconds> read_accuracy(der::Reader reader) {
  constexpr std::array<std::int64_t, 3> kUnits{1'000'000, 1'000, 1};
  constexpr std::array<std::uint8_t, 3> kTags{tag::kInteger, tag::context(0), tag::context(1)};
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kTags.size(); ++i) {
    SHOMEI_TRY(const auto field, reader.optional(kTags[i]));
    if (field) {
      SHOMEI_TRY(const std::uint32_t value, der::small_integer(field->value));
      if (i > 0 && (value < 1 || value > 999)) {
        return fail(Code::kTimestampMalformed, "accuracy out of 1 to 999");
      }
      sum += value * kUnits[i];
    }
  }
  SHOMEI_TRY(reader.finish());
  return std::chrono::microseconds(sum);
}

Result<void> read_imprint(der::Reader reader, TstInfo& info) {
  SHOMEI_TRY(der::Reader algorithm, reader.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element oid, algorithm.expect(tag::kOid));
  SHOMEI_TRY(info.imprint_oid, der::oid_text(oid.value));
  SHOMEI_TRY(algorithm.optional(tag::kNull));
  SHOMEI_TRY(algorithm.finish());
  SHOMEI_TRY(const der::Element digest, reader.expect(tag::kOctetString));
  SHOMEI_TRY(reader.finish());
  info.imprint = to_bytes(digest.value);
  info.imprint_algorithm = digest_from_oid(info.imprint_oid);
  if (info.imprint_algorithm && info.imprint.size() != digest_size(*info.imprint_algorithm)) {
    return fail(Code::kTimestampMalformed, "messageImprint has not the length of its algorithm");
  }
  return {};
}

/// "Seconds are required; the fraction, if present, is after a point" (RFC 3161 2.4.2). That it must not end in zeros
/// is not insisted on: it is dropped.
Result<Time> read_gen_time(ByteView content) {
  std::string text(as_text(content));
  if (const auto point = text.find('.'); point != std::string::npos) {
    const auto digits = std::string_view(text).substr(point + 1, text.size() - point - 2);
    if (!text.ends_with('Z') || digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) {
      return fail(Code::kTimestampMalformed, fmt::format("genTime {:.32}", text));
    }
    text = text.substr(0, point) + "Z";
  }
  return parse_asn1_time(tag::kGeneralizedTime, text);
}

/// `der`: one GeneralName.
Result<std::string> read_name(ByteView der) {
  const unsigned char* at = der.data();
  const Owned<GENERAL_NAME, GENERAL_NAME_free> name(d2i_GENERAL_NAME(nullptr, &at, static_cast<long>(der.size())));
  if (!name || at != der.data() + der.size()) {
    return std::unexpected(openssl_error("tsa is no GeneralName", Code::kTimestampMalformed));
  }
  if (name->type == GEN_DIRNAME) {
    return auth::name_text(name->d.directoryName);
  }
  const OwnedBio text(BIO_new(BIO_s_mem()));
  GENERAL_NAME_print(text.get(), name.get());
  const char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

/// [1] IMPLICIT Extensions (RFC 5280 4.1).
Result<void> read_extensions(der::Reader list) {
  while (!list.at_end()) {
    SHOMEI_TRY(der::Reader extension, list.enter(tag::kSequence));
    SHOMEI_TRY(const der::Element oid, extension.expect(tag::kOid));
    SHOMEI_TRY(const auto critical, extension.optional(tag::kBoolean));
    SHOMEI_TRY(extension.expect(tag::kOctetString));
    SHOMEI_TRY(extension.finish());
    if (critical && !std::ranges::equal(critical->value, Bytes{0})) {
      SHOMEI_TRY(const std::string name, der::oid_text(oid.value));
      return fail(Code::kTimestampMalformed, "critical extension " + name);
    }
  }
  return {};
}

/// What may follow genTime, each in its place.
Result<void> read_optional(der::Reader& reader, TstInfo& info) {
  if (reader.peek() == tag::kSequence) {
    SHOMEI_TRY(der::Reader accuracy, reader.enter(tag::kSequence));
    SHOMEI_TRY(info.accuracy, read_accuracy(accuracy));
  }
  // FALSE is the default, which DER leaves out and some authorities write.
  SHOMEI_TRY(const auto ordering, reader.optional(tag::kBoolean));
  if (ordering) {
    info.ordering = std::ranges::equal(ordering->value, Bytes{0xFF});
    if (!info.ordering && !std::ranges::equal(ordering->value, Bytes{0})) {
      return fail(Code::kTimestampMalformed, "ordering is no BOOLEAN");
    }
  }
  SHOMEI_TRY(const auto nonce, reader.optional(tag::kInteger));
  if (nonce) {
    info.nonce = to_bytes(nonce->value);
  }
  SHOMEI_TRY(const auto tsa, reader.optional(tag::context_constructed(0)));
  if (tsa) {
    SHOMEI_TRY(info.tsa, read_name(tsa->value));
  }
  if (reader.peek() == tag::context_constructed(1)) {
    SHOMEI_TRY(der::Reader extensions, reader.enter(tag::context_constructed(1)));
    SHOMEI_TRY(read_extensions(extensions));
  }
  return reader.finish();
}

Result<TstInfo> read(ByteView der) {
  TstInfo info;
  der::Reader outer(der);
  SHOMEI_TRY(der::Reader reader, outer.enter(tag::kSequence));
  SHOMEI_TRY(outer.finish());
  SHOMEI_TRY(const der::Element version, reader.expect(tag::kInteger));
  if (!std::ranges::equal(version.value, Bytes{1})) {
    return fail(Code::kTimestampMalformed, "TSTInfo is not of version 1");
  }
  SHOMEI_TRY(const der::Element policy, reader.expect(tag::kOid));
  SHOMEI_TRY(info.policy, der::oid_text(policy.value));
  SHOMEI_TRY(der::Reader imprint, reader.enter(tag::kSequence));
  SHOMEI_TRY(read_imprint(imprint, info));
  SHOMEI_TRY(const der::Element serial, reader.expect(tag::kInteger));
  info.serial = to_hex(serial.value);
  SHOMEI_TRY(const der::Element time, reader.expect(tag::kGeneralizedTime));
  SHOMEI_TRY(info.time, read_gen_time(time.value));
  SHOMEI_TRY(read_optional(reader, info));
  return info;
}

}  // namespace

Result<TstInfo> read_tst_info(ByteView der) {
  auto info = read(der);
  if (!info && info.error().code != Code::kTimestampMalformed) {
    const std::string detail = "TSTInfo: " + info.error().detail;
    return fail(std::move(info).error(), Code::kTimestampMalformed, detail);
  }
  return info;
}

}  // namespace shomei::signing
