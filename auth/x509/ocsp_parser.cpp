#include "auth/x509/ocsp_parser.h"

#include <fmt/format.h>
#include <openssl/ocsp.h>

#include <algorithm>
#include <array>

#include "auth/x509/algorithm_rules.h"
#include "auth/x509/fields.h"

namespace shomei::auth {
namespace {

namespace tag = der::tag;

constexpr std::string_view kBasic = "1.3.6.1.5.5.7.48.1.1";
constexpr std::string_view kNonce = "1.3.6.1.5.5.7.48.1.2";
constexpr std::string_view kArchiveCutoff = "1.3.6.1.5.5.7.48.1.6";
/// Known, and of no consequence here: extended revocation; CrlID, and of CRL entries (RFC 6960 4.4.5) reasonCode and
/// invalidityDate.
constexpr std::array<std::string_view, 1> kHarmlessOfResponse{"1.3.6.1.5.5.7.48.1.9"};
constexpr std::array<std::string_view, 3> kHarmlessOfSingle{"1.3.6.1.5.5.7.48.1.3", "2.5.29.21", "2.5.29.24"};

/// A responder encloses its own certificate, perhaps with some above it.
constexpr std::size_t kMaxCertificates = 16;

/// [1] EXPLICIT Extensions, if they are there; none may stand there twice.
Result<std::vector<Extension>> read_extensions(der::Reader& fields) {
  std::vector<Extension> extensions;
  if (fields.peek() != tag::context_constructed(1)) {
    return extensions;
  }
  SHOMEI_TRY(der::Reader wrapper, fields.enter(tag::context_constructed(1)));
  SHOMEI_TRY(der::Reader list, wrapper.enter(tag::kSequence));
  SHOMEI_TRY(wrapper.finish());
  while (!list.at_end()) {
    SHOMEI_TRY(Extension extension, read_extension(list));
    if (std::ranges::find(extensions, extension.oid, &Extension::oid) != extensions.end()) {
      return fail(Code::kDerMalformed, "two extensions " + extension.oid);
    }
    extensions.push_back(std::move(extension));
  }
  return extensions;
}

Result<Time> read_generalized_time(der::Reader& fields) {
  SHOMEI_TRY(const der::Element time, fields.expect(tag::kGeneralizedTime));
  return parse_asn1_time(time.tag, as_text(time.value));
}

/// The only element of `value`.
Result<der::Element> only(ByteView value, std::uint8_t wanted) {
  der::Reader reader(value);
  SHOMEI_TRY(const der::Element element, reader.expect(wanted));
  SHOMEI_TRY(reader.finish());
  return element;
}

Result<OcspCertId> read_id(der::Reader& fields) {
  SHOMEI_TRY(der::Reader id, fields.enter(tag::kSequence));
  SHOMEI_TRY(der::Reader algorithm, id.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element oid, algorithm.expect(tag::kOid));
  SHOMEI_TRY(const std::string text, der::oid_text(oid.value));
  SHOMEI_TRY(const der::Element issuer_name, id.expect(tag::kOctetString));
  SHOMEI_TRY(const der::Element issuer_key, id.expect(tag::kOctetString));
  SHOMEI_TRY(const der::Element serial, id.expect(tag::kInteger));
  SHOMEI_TRY(id.finish());
  return OcspCertId{.algorithm = digest_from_oid(text),
                    .issuer_name_hash = to_bytes(issuer_name.value),
                    .issuer_key_hash = to_bytes(issuer_key.value),
                    .serial = to_bytes(serial.value)};
}

/// CRLReason; a number without a name is as good as unspecified.
std::string_view reason_of(ByteView value) {
  const bool named = value.size() == 1 && value[0] <= OCSP_REVOKED_STATUS_AACOMPROMISE && value[0] != 7;
  return OCSP_crl_reason_str(named ? value[0] : OCSP_REVOKED_STATUS_UNSPECIFIED);
}

Result<void> read_revocation(der::Reader& fields, OcspSingle& single) {
  SHOMEI_TRY(der::Reader info, fields.enter(tag::context_constructed(1)));
  single.state = RevocationState::kRevoked;
  SHOMEI_TRY(single.revoked_at, read_generalized_time(info));
  single.reason = reason_of({});
  if (!info.at_end()) {
    SHOMEI_TRY(der::Reader wrapper, info.enter(tag::context_constructed(0)));
    SHOMEI_TRY(const der::Element reason, wrapper.expect(tag::kEnumerated));
    SHOMEI_TRY(wrapper.finish());
    single.reason = reason_of(reason.value);
  }
  return info.finish();
}

Result<void> read_state(der::Reader& fields, OcspSingle& single) {
  if (fields.peek() == tag::context_constructed(1)) {
    return read_revocation(fields, single);
  }
  const bool good = fields.peek() == tag::context(0);
  SHOMEI_TRY(const der::Element state, fields.expect(good ? tag::context(0) : tag::context(2)));
  if (!state.value.empty()) {
    return fail(Code::kDerMalformed, "certStatus with content");
  }
  single.state = good ? RevocationState::kGood : RevocationState::kUnknown;
  return {};
}

Result<OcspSingle> read_single(der::Reader& list) {
  SHOMEI_TRY(der::Reader fields, list.enter(tag::kSequence));
  OcspSingle single;
  SHOMEI_TRY(single.id, read_id(fields));
  SHOMEI_TRY(read_state(fields, single));
  SHOMEI_TRY(single.this_update, read_generalized_time(fields));
  if (fields.peek() == tag::context_constructed(0)) {
    SHOMEI_TRY(der::Reader wrapper, fields.enter(tag::context_constructed(0)));
    SHOMEI_TRY(single.next_update, read_generalized_time(wrapper));
    SHOMEI_TRY(wrapper.finish());
  }
  SHOMEI_TRY(const auto extensions, read_extensions(fields));
  for (const Extension& extension : extensions) {
    if (extension.oid == kArchiveCutoff) {
      SHOMEI_TRY(const der::Element time, only(extension.value, tag::kGeneralizedTime));
      SHOMEI_TRY(single.archive_cutoff, parse_asn1_time(time.tag, as_text(time.value)));
    } else if (extension.critical && std::ranges::find(kHarmlessOfSingle, extension.oid) == kHarmlessOfSingle.end()) {
      single.unknown_critical.push_back(extension.oid);
    }
  }
  SHOMEI_TRY(fields.finish());
  return single;
}

Result<void> read_responder(der::Reader& data, OcspParts& parts) {
  const bool by_name = data.peek() == tag::context_constructed(1);
  SHOMEI_TRY(der::Reader wrapper, data.enter(tag::context_constructed(by_name ? 1 : 2)));
  SHOMEI_TRY(const der::Element responder, wrapper.expect(by_name ? tag::kSequence : tag::kOctetString));
  (by_name ? parts.responder_name : parts.responder_key) = by_name ? responder.whole : responder.value;
  return wrapper.finish();
}

/// ResponseData.
Result<void> read_data(der::Reader data, OcspParts& parts) {
  if (data.peek() == tag::context_constructed(0)) {
    SHOMEI_TRY(der::Reader version, data.enter(tag::context_constructed(0)));
    SHOMEI_TRY(const der::Element number, version.expect(tag::kInteger));
    if (number.value.size() != 1 || number.value[0] != 0) {
      return fail(Code::kDerMalformed, "version of the OCSP response is not 1");
    }
  }
  SHOMEI_TRY(read_responder(data, parts));
  SHOMEI_TRY(parts.facts.produced_at, read_generalized_time(data));
  SHOMEI_TRY(der::Reader singles, data.enter(tag::kSequence));
  while (!singles.at_end()) {
    SHOMEI_TRY(OcspSingle single, read_single(singles));
    parts.facts.singles.push_back(std::move(single));
  }
  SHOMEI_TRY(const auto extensions, read_extensions(data));
  for (const Extension& extension : extensions) {
    if (extension.oid == kNonce) {
      SHOMEI_TRY(const der::Element nonce, only(extension.value, tag::kOctetString));
      parts.facts.nonce = to_bytes(nonce.value);
    } else if (extension.critical &&
               std::ranges::find(kHarmlessOfResponse, extension.oid) == kHarmlessOfResponse.end()) {
      parts.facts.unknown_critical.push_back(extension.oid);
    }
  }
  return data.finish();
}

Result<void> read_certificates(der::Reader& basic, OcspParts& parts) {
  if (basic.at_end()) {
    return {};
  }
  SHOMEI_TRY(der::Reader wrapper, basic.enter(tag::context_constructed(0)));
  SHOMEI_TRY(der::Reader list, wrapper.enter(tag::kSequence));
  SHOMEI_TRY(wrapper.finish());
  while (!list.at_end()) {
    SHOMEI_TRY(const der::Element element, list.expect(tag::kSequence));
    if (parts.certificates.size() == kMaxCertificates) {
      return fail(Code::kDerMalformed, fmt::format("more than {} certificates", kMaxCertificates));
    }
    SHOMEI_TRY(Certificate certificate, Certificate::parse(element.whole));
    parts.certificates.push_back(std::move(certificate));
  }
  return {};
}

/// BasicOCSPResponse.
Result<void> read_basic(der::Reader content, OcspParts& parts) {
  SHOMEI_TRY(der::Reader basic, content.enter(tag::kSequence));
  SHOMEI_TRY(content.finish());
  SHOMEI_TRY(const der::Element data, basic.expect(tag::kSequence));
  SHOMEI_TRY(const der::Element algorithm, basic.expect(tag::kSequence));
  SHOMEI_TRY(const der::Element signature, basic.expect(tag::kBitString));
  if (signature.value.empty() || signature.value[0] != 0) {
    return fail(Code::kDerMalformed, "signature is no string of whole octets");
  }
  parts.facts.signature_algorithm = signature_algorithm(algorithm.whole);
  SHOMEI_TRY(const der::Reader fields, basic.inside(data));
  SHOMEI_TRY(read_data(fields, parts));
  SHOMEI_TRY(read_certificates(basic, parts));
  parts.to_be_signed = data.whole;
  parts.algorithm = algorithm.whole;
  parts.signature = signature.whole;
  return basic.finish();
}

Result<OcspStatus> read_status(der::Reader& response) {
  SHOMEI_TRY(const der::Element status, response.expect(tag::kEnumerated));
  if (status.value.size() != 1 || status.value[0] > 6 || status.value[0] == 4) {
    return fail(Code::kDerMalformed, "unknown responseStatus");
  }
  return static_cast<OcspStatus>(status.value[0]);
}

}  // namespace

Result<OcspParts> take_apart_ocsp(ByteView der) {
  OcspParts parts;
  der::Reader reader(der);
  SHOMEI_TRY(der::Reader response, reader.enter(tag::kSequence));
  SHOMEI_TRY(reader.finish());
  SHOMEI_TRY(parts.facts.status, read_status(response));
  if (parts.facts.status != OcspStatus::kSuccessful) {
    // Whatever else stands there is unsigned and says nothing.
    return parts;
  }
  SHOMEI_TRY(der::Reader wrapper, response.enter(tag::context_constructed(0)));
  SHOMEI_TRY(response.finish());
  SHOMEI_TRY(der::Reader bytes, wrapper.enter(tag::kSequence));
  SHOMEI_TRY(wrapper.finish());
  SHOMEI_TRY(const der::Element type, bytes.expect(tag::kOid));
  SHOMEI_TRY(const std::string type_text, der::oid_text(type.value));
  if (type_text != kBasic) {
    return fail(Code::kDerMalformed, "response of type " + type_text);
  }
  SHOMEI_TRY(der::Reader basic, bytes.enter(tag::kOctetString));
  SHOMEI_TRY(bytes.finish());
  SHOMEI_TRY(read_basic(basic, parts));
  return parts;
}

}  // namespace shomei::auth
