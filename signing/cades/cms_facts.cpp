#include "signing/cades/cms_facts.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <set>

#include "auth/x509/algorithm_rules.h"
#include "base/der.h"
#include "signing/cades/cms_layout.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

constexpr std::string_view kContentType = "1.2.840.113549.1.9.3", kMessageDigest = "1.2.840.113549.1.9.4",
                           kSigningTime = "1.2.840.113549.1.9.5", kSigningCertificate = "1.2.840.113549.1.9.16.2.12",
                           kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47",
                           kCertificateValues = "1.2.840.113549.1.9.16.2.23",
                           kRevocationValues = "1.2.840.113549.1.9.16.2.24";

std::string oid_of(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return text.data();
}

ByteView content_of(const ASN1_STRING* string) {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string algorithm_oid(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  return oid_of(object);
}

/// The DER or content octets of the only value: of a SEQUENCE the whole TLV, else the content.
const ASN1_TYPE* only_value(X509_ATTRIBUTE* attribute) {
  return X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : nullptr;
}

/// ESSCertID or ESSCertIDv2 (RFC 5035 4).
Result<CertificateId> read_certificate_id(der::Reader reader, bool v2) {
  CertificateId id{
      .algorithm = v2 ? DigestAlgorithm::kSha256 : DigestAlgorithm::kSha1, .digest = {}, .issuer_serial = {}};
  if (v2 && reader.peek() == tag::kSequence) {
    SHOMEI_TRY(der::Reader algorithm, reader.enter(tag::kSequence));
    SHOMEI_TRY(const der::Element oid, algorithm.expect(tag::kOid));
    SHOMEI_TRY(const std::string text, der::oid_text(oid.value));
    id.algorithm = digest_from_oid(text);
  }
  SHOMEI_TRY(const der::Element hash, reader.expect(tag::kOctetString));
  id.digest = to_bytes(hash.value);
  SHOMEI_TRY(const auto issuer_serial, reader.optional(tag::kSequence));
  if (issuer_serial) {
    id.issuer_serial = to_bytes(issuer_serial->whole);
  }
  SHOMEI_TRY(reader.finish());
  return id;
}

Result<void> read_signing_certificate(CmsSigner& signer, ByteView der, bool v2) {
  der::Reader outer(der);
  SHOMEI_TRY(der::Reader value, outer.enter(tag::kSequence));
  SHOMEI_TRY(der::Reader list, value.enter(tag::kSequence));
  while (!list.at_end()) {
    SHOMEI_TRY(der::Reader entry, list.enter(tag::kSequence));
    SHOMEI_TRY(CertificateId id, read_certificate_id(entry, v2));
    signer.certificate_ids.push_back(std::move(id));
  }
  signer.has_signing_certificate = true;
  return {};
}

Result<void> read_signed_attribute(CmsSigner& signer, const std::string& oid, const ASN1_TYPE* value,
                                   const std::string& content_type) {
  const auto is = [&](std::string_view wanted, int type) { return oid == wanted && value->type == type; };
  if (is(kContentType, V_ASN1_OBJECT)) {
    if (oid_of(value->value.object) != content_type) {
      return fail(Code::kCmsMalformed, "content-type is not the content's");
    }
  } else if (is(kMessageDigest, V_ASN1_OCTET_STRING)) {
    signer.message_digest = to_bytes(content_of(value->value.octet_string));
  } else if (is(kSigningTime, V_ASN1_UTCTIME) || is(kSigningTime, V_ASN1_GENERALIZEDTIME)) {
    SHOMEI_TRY(signer.signing_time,
               parse_asn1_time(static_cast<std::uint8_t>(value->type), as_text(content_of(value->value.asn1_string))));
  } else if (is(kSigningCertificateV2, V_ASN1_SEQUENCE) || is(kSigningCertificate, V_ASN1_SEQUENCE)) {
    return read_signing_certificate(signer, content_of(value->value.sequence), oid == kSigningCertificateV2);
  } else if (oid == kContentType || oid == kMessageDigest || oid == kSigningTime || oid == kSigningCertificateV2 ||
             oid == kSigningCertificate) {
    return fail(Code::kCmsMalformed, fmt::format("attribute {} of a wrong type", oid));
  }
  return {};
}

/// RFC 5652 11: content-type and message-digest are there, and no attribute twice or with several values.
Result<void> read_signed_attributes(CmsSigner& signer, const std::string& content_type) {
  const int count = CMS_signed_get_attr_count(signer.native);
  signer.has_signed_attributes = count > 0;
  std::set<std::string> seen;
  for (int i = 0; i < count; ++i) {
    X509_ATTRIBUTE* attribute = CMS_signed_get_attr(signer.native, i);
    const std::string oid = oid_of(X509_ATTRIBUTE_get0_object(attribute));
    const ASN1_TYPE* value = only_value(attribute);
    if (!seen.insert(oid).second || value == nullptr) {
      return fail(Code::kCmsMalformed, fmt::format("signed attribute {} twice or not with one value", oid));
    }
    SHOMEI_TRY(read_signed_attribute(signer, oid, value, content_type));
  }
  if (count > 0 && (!seen.contains(std::string(kContentType)) || !seen.contains(std::string(kMessageDigest)))) {
    return fail(Code::kCmsMalformed, "signed attributes without content-type or message-digest");
  }
  return {};
}

void read_unsigned_attributes(CmsSigner& signer) {
  for (int i = 0; i < CMS_unsigned_get_attr_count(signer.native); ++i) {
    X509_ATTRIBUTE* attribute = CMS_unsigned_get_attr(signer.native, i);
    const std::string oid = oid_of(X509_ATTRIBUTE_get0_object(attribute));
    signer.carried.has_certificate_values |= oid == kCertificateValues;
    signer.carried.has_revocation_values |= oid == kRevocationValues;
  }
}

/// RFC 3370 3.2: with rsaEncryption the digest is that of digestAlgorithm.
std::string full_algorithm(const X509_ALGOR& signature, std::optional<DigestAlgorithm> digest) {
  std::string algorithm = auth::signature_algorithm(signature);
  if (algorithm == "1.2.840.113549.1.1.1" && digest) {
    constexpr std::array<int, 4> kWithRsa{5, 11, 12, 13};
    return fmt::format("1.2.840.113549.1.1.{}", kWithRsa.at(static_cast<std::size_t>(*digest)));
  }
  return algorithm;
}

/// Of the same digest throughout: OpenSSL verifies by digestAlgorithm and does not look at the other identifiers.
bool is_of_one_digest(const X509_ALGOR* digest, const X509_ALGOR* signature) {
  const int wanted = OBJ_obj2nid(digest->algorithm);
  const int identifier = OBJ_obj2nid(signature->algorithm);
  if (identifier == NID_rsassaPss) {
    const Owned<RSA_PSS_PARAMS, RSA_PSS_PARAMS_free> parameters(
        static_cast<RSA_PSS_PARAMS*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), signature->parameter)));
    if (!parameters) {
      return false;
    }
    const X509_ALGOR* mask = parameters->maskGenAlgorithm;
    const Owned<X509_ALGOR, X509_ALGOR_free> mask_hash(
        mask == nullptr
            ? nullptr
            : static_cast<X509_ALGOR*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), mask->parameter)));
    // RFC 4055 3.1: SHA-1 where absent.
    const auto nid = [](const X509_ALGOR* algorithm) {
      return algorithm == nullptr ? NID_sha1 : OBJ_obj2nid(algorithm->algorithm);
    };
    return nid(parameters->hashAlgorithm) == wanted && nid(mask_hash.get()) == wanted;
  }
  int hash = NID_undef;
  return OBJ_find_sigid_algs(identifier, &hash, nullptr) != 1 || hash == NID_undef || hash == wanted;
}

CmsSigner read_signer(CMS_SignerInfo* info, int number, const std::string& content_type) {
  CmsSigner signer{.native = info, .id = fmt::format("signer-{}", number)};
  X509_ALGOR* digest = nullptr;
  X509_ALGOR* signature = nullptr;
  CMS_SignerInfo_get0_algs(info, nullptr, nullptr, &digest, &signature);
  signer.digest = digest_from_oid(algorithm_oid(digest));
  signer.signature_oid = algorithm_oid(signature);
  signer.algorithm = full_algorithm(*signature, signer.digest);
  signer.signature_value = to_bytes(content_of(CMS_SignerInfo_get0_signature(info)));
  if (auto read = read_signed_attributes(signer, content_type); !read) {
    signer.malformed = read.error().detail;
  }
  if (!is_of_one_digest(digest, signature)) {
    signer.malformed = "signatureAlgorithm is over another digest than digestAlgorithm";
  }
  read_unsigned_attributes(signer);
  return signer;
}

struct StampType {
  std::string_view oid;
  std::string_view name;
};
constexpr auto kStampTypes = std::to_array<StampType>({
    {cms_oid::kContentTimeStamp, "content-time-stamp"},
    {cms_oid::kSignatureTimeStamp, "signature-time-stamp"},
    {cms_oid::kArchiveTimeStampV1, "archive-time-stamp"},
    {cms_oid::kArchiveTimeStampV2, "archive-time-stamp-v2"},
    {cms_oid::kArchiveTimeStampV3, "archive-time-stamp-v3"},
});

/// Time stamps and OCSP answers, where OpenSSL's view has no place for them.
void read_timestamps(const CmsLayout& layout, std::size_t number, CarriedEvidence& carried) {
  for (const ByteView information : layout.crls) {
    if (const auto answer = ocsp_in(information)) {
      carried.ocsps.push_back(to_bytes(*answer));
    }
  }
  const CmsSignerLayout& signer = layout.signers.at(number);
  for (const bool is_signed : {true, false}) {
    const auto& attributes = is_signed ? signer.signed_list : signer.unsigned_list;
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      const auto* const type = std::ranges::find(kStampTypes, attributes[i].type, &StampType::oid);
      const bool wanted = type != kStampTypes.end() && is_signed == (type->oid == cms_oid::kContentTimeStamp);
      for (std::size_t k = 0; wanted && k < attributes[i].values.size(); ++k) {
        carried.timestamps.push_back(
            {std::string(type->name), to_bytes(attributes[i].values[k]), nullptr, i, k, is_signed});
      }
    }
  }
}

template <auto I2d, class Stack, class Count, class At>
std::vector<Bytes> all_der(const Stack* stack, Count count, At at) {
  std::vector<Bytes> all;
  all.reserve(static_cast<std::size_t>(std::max(count(stack), 0)));
  for (int i = 0; i < count(stack); ++i) {
    all.push_back(to_der<I2d>(at(stack, i)));
  }
  return all;
}

void free_certificates(STACK_OF(X509) * stack) {
  sk_X509_pop_free(stack, X509_free);
}
void free_crls(STACK_OF(X509_CRL) * stack) {
  sk_X509_CRL_pop_free(stack, X509_CRL_free);
}

void read_collections(CmsFacts& facts) {
  const Owned<STACK_OF(X509), free_certificates> certificates(CMS_get1_certs(facts.cms.get()));
  facts.certificates = all_der<i2d_X509>(
      certificates.get(), [](auto* s) { return sk_X509_num(s); }, [](auto* s, int i) { return sk_X509_value(s, i); });
  const Owned<STACK_OF(X509_CRL), free_crls> crls(CMS_get1_crls(facts.cms.get()));
  facts.crls = all_der<i2d_X509_CRL>(
      crls.get(), [](auto* s) { return sk_X509_CRL_num(s); }, [](auto* s, int i) { return sk_X509_CRL_value(s, i); });
  ASN1_OCTET_STRING** content = CMS_get0_content(facts.cms.get());
  if (content != nullptr && *content != nullptr) {
    facts.content = to_bytes(content_of(*content));
  }
}

}  // namespace

Result<CmsFacts> read_cms(ByteView cms, const Limits& limits) {
  if (cms.size() > limits.cms_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("CMS of {} bytes, limit {}", cms.size(), limits.cms_bytes));
  }
  const unsigned char* at = cms.data();
  CmsFacts facts{.cms = OwnedCms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(cms.size()))),
                 .signers = {},
                 .certificates = {},
                 .crls = {},
                 .content = {}};
  if (!facts.cms) {
    return std::unexpected(openssl_error("not a CMS ContentInfo", Code::kCmsMalformed));
  }
  if (at != cms.data() + cms.size()) {
    return fail(Code::kCmsMalformed, "bytes after the ContentInfo");
  }
  if (OBJ_obj2nid(CMS_get0_type(facts.cms.get())) != NID_pkcs7_signed) {
    return fail(Code::kCmsMalformed, "not SignedData");
  }
  read_collections(facts);
  const std::string content_type = oid_of(CMS_get0_eContentType(facts.cms.get()));
  STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(facts.cms.get());
  if (sk_CMS_SignerInfo_num(infos) > limits.signatures) {
    return fail(Code::kCmsMalformed, fmt::format("more than {} signers", limits.signatures));
  }
  const auto layout = read_layout(cms);
  for (int i = 0; i < sk_CMS_SignerInfo_num(infos); ++i) {
    CmsSigner signer = read_signer(sk_CMS_SignerInfo_value(infos, i), i + 1, content_type);
    if (layout) {
      read_timestamps(*layout, static_cast<std::size_t>(i), signer.carried);
    }
    signer.carried.certificates = facts.certificates;
    signer.carried.crls = facts.crls;
    signer.carried.has_certificate_values |= facts.certificates.size() > 1;
    signer.carried.has_revocation_values |= !facts.crls.empty();
    facts.signers.push_back(std::move(signer));
  }
  ERR_clear_error();
  return facts;
}

}  // namespace shomei::signing
