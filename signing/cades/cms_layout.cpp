#include "signing/cades/cms_layout.h"

#include <algorithm>

#include "base/ber.h"
#include "base/der.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

constexpr std::uint8_t kTag0 = tag::context_constructed(0), kTag1 = tag::context_constructed(1);

Result<CmsAttribute> read_attribute(der::Reader& list) {
  SHOMEI_TRY(const der::Element whole, list.expect(tag::kSequence));
  SHOMEI_TRY(der::Reader reader, list.inside(whole));
  SHOMEI_TRY(const der::Element type, reader.expect(tag::kOid));
  CmsAttribute attribute{.whole = whole.whole, .type = {}, .type_tlv = type.whole, .values = {}};
  SHOMEI_TRY(attribute.type, der::oid_text(type.value));
  SHOMEI_TRY(der::Reader values, reader.enter(tag::kSet));
  while (!values.at_end()) {
    SHOMEI_TRY(const der::Element value, values.next());
    attribute.values.push_back(value.whole);
  }
  SHOMEI_TRY(reader.finish());
  return attribute;
}

/// The TLV of [0] or [1] where it stands next, its members into `list`.
Result<ByteView> read_attributes(der::Reader& reader, std::uint8_t wanted, std::vector<CmsAttribute>& list) {
  SHOMEI_TRY(const auto element, reader.optional(wanted));
  if (!element) {
    return ByteView();
  }
  SHOMEI_TRY(der::Reader attributes, reader.inside(*element));
  while (!attributes.at_end()) {
    SHOMEI_TRY(CmsAttribute attribute, read_attribute(attributes));
    list.push_back(std::move(attribute));
  }
  return element->whole;
}

Result<CmsSignerLayout> read_signer(der::Reader& list) {
  CmsSignerLayout signer;
  SHOMEI_TRY(const der::Element whole, list.expect(tag::kSequence));
  SHOMEI_TRY(der::Reader reader, list.inside(whole));
  signer.whole = whole.whole;
  SHOMEI_TRY(const der::Element version, reader.expect(tag::kInteger));
  SHOMEI_TRY(const der::Element sid, reader.next());
  SHOMEI_TRY(const der::Element digest, reader.expect(tag::kSequence));
  SHOMEI_TRY(signer.signed_attributes, read_attributes(reader, kTag0, signer.signed_list));
  SHOMEI_TRY(const der::Element algorithm, reader.expect(tag::kSequence));
  SHOMEI_TRY(const der::Element signature, reader.expect(tag::kOctetString));
  SHOMEI_TRY(read_attributes(reader, kTag1, signer.unsigned_list));
  SHOMEI_TRY(reader.finish());
  signer.version = version.whole;
  signer.sid = sid.whole;
  signer.digest_algorithm = digest.whole;
  signer.signature_algorithm = algorithm.whole;
  signer.signature = signature.whole;
  signer.signature_value = signature.value;
  return signer;
}

Result<void> read_encapsulated(der::Reader& data, CmsLayout& layout) {
  SHOMEI_TRY(const der::Element encapsulated, data.expect(tag::kSequence));
  layout.encapsulated = encapsulated.whole;
  SHOMEI_TRY(der::Reader reader, data.inside(encapsulated));
  SHOMEI_TRY(const der::Element type, reader.expect(tag::kOid));
  layout.content_type = type.whole;
  if (!reader.at_end()) {
    SHOMEI_TRY(der::Reader content, reader.enter(kTag0));
    SHOMEI_TRY(const der::Element octets, content.next());
    // PKCS#7 has other types here (RFC 5652 5.2.1); their content octets are what is digested.
    layout.content = octets.value;
    SHOMEI_TRY(content.finish());
  }
  return reader.finish();
}

Result<std::vector<ByteView>> read_set(der::Reader& data, std::uint8_t wanted) {
  std::vector<ByteView> members;
  SHOMEI_TRY(const auto set, data.optional(wanted));
  if (set) {
    SHOMEI_TRY(der::Reader reader, data.inside(*set));
    while (!reader.at_end()) {
      SHOMEI_TRY(const der::Element member, reader.next());
      members.push_back(member.whole);
    }
  }
  return members;
}

Result<CmsLayout> read_der(ByteView der) {
  CmsLayout layout;
  der::Reader outer(der);
  SHOMEI_TRY(der::Reader info, outer.enter(tag::kSequence));
  SHOMEI_TRY(outer.finish());
  SHOMEI_TRY(const der::Element type, info.expect(tag::kOid));
  SHOMEI_TRY(const std::string oid, der::oid_text(type.value));
  if (oid != cms_oid::kSignedData) {
    return fail(Code::kDerMalformed, "not SignedData");
  }
  SHOMEI_TRY(der::Reader explicit_tag, info.enter(kTag0));
  SHOMEI_TRY(der::Reader data, explicit_tag.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element version, data.expect(tag::kInteger));
  SHOMEI_TRY(const der::Element digests, data.expect(tag::kSet));
  layout.version = version.whole;
  layout.digest_algorithms = digests.whole;
  SHOMEI_TRY(read_encapsulated(data, layout));
  SHOMEI_TRY(layout.certificates, read_set(data, kTag0));
  SHOMEI_TRY(layout.crls, read_set(data, kTag1));
  SHOMEI_TRY(der::Reader signers, data.enter(tag::kSet));
  while (!signers.at_end()) {
    SHOMEI_TRY(CmsSignerLayout signer, read_signer(signers));
    layout.signers.push_back(std::move(signer));
  }
  SHOMEI_TRY(data.finish());
  SHOMEI_TRY(explicit_tag.finish());
  SHOMEI_TRY(info.finish());
  return layout;
}

/// A time stamp in a token in a token: deeper is not looked.
constexpr int kNestedTokens = 3;

bool is_time_stamp(std::string_view type) {
  return type == cms_oid::kSignatureTimeStamp || type == cms_oid::kArchiveTimeStampV3 ||
         type == cms_oid::kArchiveTimeStampV2 || type == cms_oid::kArchiveTimeStampV1 ||
         type == cms_oid::kContentTimeStamp;
}

/// The OCSPResponse (RFC 6960 4.2.1, successful) around a DER BasicOCSPResponse.
Bytes ocsp_response_around(ByteView basic) {
  const Bytes status = der::wrap(tag::kEnumerated, Bytes{0});
  const Bytes bytes = der::wrap(tag::kSequence, {der::oid(cms_oid::kOcspBasic), der::wrap(tag::kOctetString, basic)});
  return der::wrap(tag::kSequence, {status, der::wrap(kTag0, bytes)});
}

Result<void> add_list(der::Reader list, std::vector<Bytes>& to) {
  while (!list.at_end()) {
    SHOMEI_TRY(const der::Element entry, list.next());
    to.push_back(to_bytes(entry.whole));
  }
  return {};
}

Result<void> add_certificate_values(ByteView value, EvidenceData& data) {
  der::Reader outer(value);
  SHOMEI_TRY(const der::Reader list, outer.enter(tag::kSequence));
  return add_list(list, data.certificates);
}

/// RevocationValues ::= SEQUENCE { crlVals [0] OPTIONAL, ocspVals [1] OPTIONAL, otherRevVals [2] OPTIONAL }
Result<void> add_revocation_values(ByteView value, EvidenceData& data) {
  der::Reader outer(value);
  SHOMEI_TRY(der::Reader reader, outer.enter(tag::kSequence));
  if (reader.peek() == kTag0) {
    SHOMEI_TRY(der::Reader explicit_tag, reader.enter(kTag0));
    SHOMEI_TRY(const der::Reader lists, explicit_tag.enter(tag::kSequence));
    SHOMEI_TRY(add_list(lists, data.crls));
  }
  if (reader.peek() == kTag1) {
    std::vector<Bytes> answers;
    SHOMEI_TRY(der::Reader explicit_tag, reader.enter(kTag1));
    SHOMEI_TRY(const der::Reader list, explicit_tag.enter(tag::kSequence));
    SHOMEI_TRY(add_list(list, answers));
    std::ranges::transform(answers, std::back_inserter(data.ocsp),
                           [](const Bytes& basic) { return ocsp_response_around(basic); });
  }
  return {};
}

void add_cms(const CmsLayout& cms, int depth, EvidenceData& data);

void add_attribute(std::string_view type, ByteView value, int depth, EvidenceData& data) {
  // What cannot be read is not there by name; the judge of the property itself says so.
  if (type == cms_oid::kCertificateValues) {
    static_cast<void>(add_certificate_values(value, data));
  } else if (type == cms_oid::kRevocationValues) {
    static_cast<void>(add_revocation_values(value, data));
  } else if (is_time_stamp(type)) {
    data.timestamps.push_back(to_bytes(value));
    const auto token = depth > 0 ? read_layout(value) : Result<CmsLayout>(fail(Code::kDerMalformed));
    if (token) {
      add_cms(*token, depth - 1, data);
    }
  }
}

void add_cms(const CmsLayout& cms, int depth, EvidenceData& data) {
  std::ranges::transform(cms.certificates, std::back_inserter(data.certificates), to_bytes);
  for (const ByteView info : cms.crls) {
    if (auto ocsp = ocsp_in(info)) {
      data.ocsp.push_back(std::move(*ocsp));
    } else if (info.front() == tag::kSequence) {
      data.crls.push_back(to_bytes(info));
    }
  }
  for (const CmsSignerLayout& signer : cms.signers) {
    for (const CmsAttribute& attribute : signer.unsigned_list) {
      for (const ByteView value : attribute.values) {
        add_attribute(attribute.type, value, depth, data);
      }
    }
  }
}

}  // namespace

Result<CmsLayout> read_layout(ByteView cms) {
  if (auto layout = read_der(cms)) {
    return layout;
  }
  SHOMEI_TRY(Bytes made, der::from_ber(cms));
  SHOMEI_TRY(CmsLayout layout, read_der(made));
  layout.from_ber = std::move(made);
  layout.was_ber = true;
  return layout;
}

std::optional<Bytes> ocsp_in(ByteView revocation_info) {
  const auto read = [&]() -> Result<Bytes> {
    der::Reader outer(revocation_info);
    SHOMEI_TRY(der::Reader other, outer.enter(kTag1));
    SHOMEI_TRY(const der::Element format, other.expect(tag::kOid));
    SHOMEI_TRY(const std::string oid, der::oid_text(format.value));
    SHOMEI_TRY(const der::Element response, other.expect(tag::kSequence));
    if (oid == cms_oid::kOcspBasic) {
      return ocsp_response_around(response.whole);
    }
    return oid == cms_oid::kOcspResponse ? Result<Bytes>(to_bytes(response.whole)) : fail(Code::kDerMalformed, oid);
  };
  auto ocsp = read();
  return ocsp ? std::optional(std::move(*ocsp)) : std::nullopt;
}

EvidenceData evidence_in(std::string_view type, ByteView value) {
  EvidenceData data;
  add_attribute(type, value, kNestedTokens, data);
  return data;
}

EvidenceData evidence_in(const CmsLayout& cms) {
  EvidenceData data;
  add_cms(cms, kNestedTokens, data);
  return data;
}

}  // namespace shomei::signing
