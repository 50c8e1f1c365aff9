#include "signing/tsp/timestamp_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/der.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

std::unexpected<Error> malformed(std::string detail) {
  return fail(Code::kTimestampMalformed, std::move(detail));
}

/// A stranger's text for one line of ours.
std::string one_line(ByteView text) {
  constexpr std::size_t kMost = 200;
  std::string line(as_text(text.first(std::min(text.size(), kMost))));
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return line;
}

/// PKIFailureInfo: the bits that RFC 3161 2.4.2 names.
std::string fail_info(ByteView bit_string) {
  constexpr std::array<std::pair<std::size_t, std::string_view>, 8> kBits{{{0, "badAlg"},
                                                                           {2, "badRequest"},
                                                                           {5, "badDataFormat"},
                                                                           {14, "timeNotAvailable"},
                                                                           {15, "unacceptedPolicy"},
                                                                           {16, "unacceptedExtension"},
                                                                           {17, "addInfoNotAvailable"},
                                                                           {25, "systemFailure"}}};
  std::string names;
  for (const auto& [bit, name] : kBits) {
    // The first octet counts unused bits.
    const std::size_t octet = 1 + bit / 8;
    if (octet < bit_string.size() && ((bit_string[octet] >> (7 - bit % 8)) & 1) != 0) {
      names += fmt::format(", {}", name);
    }
  }
  return names;
}

/// PKIStatusInfo. Succeeds for granted and grantedWithMods.
Result<void> read_status(der::Reader reader) {
  SHOMEI_TRY(const der::Element number, reader.expect(tag::kInteger));
  SHOMEI_TRY(const std::uint32_t status, der::small_integer(number.value));
  std::string text;
  if (reader.peek() == tag::kSequence) {
    SHOMEI_TRY(der::Reader texts, reader.enter(tag::kSequence));
    SHOMEI_TRY(const auto first, texts.optional(tag::kUtf8String));
    text = first ? fmt::format(", \"{}\"", one_line(first->value)) : "";
  }
  SHOMEI_TRY(const auto info, reader.optional(tag::kBitString));
  SHOMEI_TRY(reader.finish());
  constexpr std::array<std::string_view, 6> kNames{"granted", "grantedWithMods",   "rejection",
                                                   "waiting", "revocationWarning", "revocationNotification"};
  if (status >= kNames.size()) {
    return malformed(fmt::format("unknown PKIStatus {}", status));
  }
  if (status > 1) {
    return fail(Code::kTimestampRefused,
                fmt::format("{}{}{}", kNames[status], info ? fail_info(info->value) : "", text));
  }
  return {};
}

Result<Bytes> read_reply(ByteView der) {
  der::Reader outer(der);
  SHOMEI_TRY(der::Reader reader, outer.enter(tag::kSequence));
  SHOMEI_TRY(outer.finish());
  SHOMEI_TRY(der::Reader status, reader.enter(tag::kSequence));
  SHOMEI_TRY(read_status(status));
  if (reader.at_end()) {
    return malformed("granted without a token");
  }
  // Not by the DER reader: CMS may be BER.
  return to_bytes(reader.rest());
}

}  // namespace

TimestampQuestion timestamp_question(DigestAlgorithm algorithm, ByteView digest, std::string policy) {
  constexpr std::size_t kNonceBytes = 8;
  const Bytes integer = der::unsigned_integer(random_bytes(kNonceBytes));
  // Tag and length are one octet each.
  return {algorithm, to_bytes(digest), std::move(policy), to_bytes(ByteView(integer).subspan(2))};
}

Bytes timestamp_query(const TimestampQuestion& question) {
  const Bytes imprint = der::wrap(tag::kSequence, {der::algorithm(digest_oid(question.algorithm), true),
                                                   der::wrap(tag::kOctetString, question.digest)});
  const Bytes policy = question.policy.empty() ? Bytes() : der::oid(question.policy);
  return der::wrap(tag::kSequence, {der::unsigned_integer(Bytes{1}), imprint, policy,
                                    der::wrap(tag::kInteger, question.nonce), der::wrap(tag::kBoolean, Bytes{0xFF})});
}

Result<Bytes> timestamp_reply(ByteView der) {
  auto token = read_reply(der);
  if (!token && token.error().code == Code::kDerMalformed) {
    const std::string detail = "TimeStampResp: " + token.error().detail;
    return fail(std::move(token).error(), Code::kTimestampMalformed, detail);
  }
  return token;
}

Result<TimestampToken> answer_to(const TimestampQuestion& question, ByteView der) {
  SHOMEI_TRY(TimestampToken token, read_timestamp_token(der));
  const TstInfo& info = token.info;
  if (info.imprint_algorithm != question.algorithm || info.imprint != question.digest) {
    return malformed("wrong imprint: the token is over something else");
  }
  if (info.nonce != question.nonce) {
    return malformed(info.nonce.empty() ? "the token has no nonce" : "wrong nonce: the token answers another request");
  }
  if (!question.policy.empty() && info.policy != question.policy) {
    return malformed(fmt::format("wrong policy: {}, not {}", info.policy, question.policy));
  }
  const auto certificates = token_certificates(token);
  const auto signer = token_signer(token, certificates);
  if (!signer) {
    return malformed(certificates.empty() ? "the token holds no certificate"
                                          : "the token does not hold the certificate that it names");
  }
  if (!token_signature_fits(token, *signer)) {
    return malformed("wrong signature");
  }
  return token;
}

}  // namespace shomei::signing
