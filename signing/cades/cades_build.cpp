#include "signing/cades/cades_build.h"

#include <fmt/chrono.h>

#include <algorithm>

#include "base/der.h"
#include "base/software_key.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

constexpr std::string_view kData = "1.2.840.113549.1.7.1", kSignedData = "1.2.840.113549.1.7.2",
                           kContentType = "1.2.840.113549.1.9.3", kMessageDigest = "1.2.840.113549.1.9.4",
                           kSigningTime = "1.2.840.113549.1.9.5", kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47",
                           kRsaEncryption = "1.2.840.113549.1.1.1";

/// RFC 5758 3.2.
std::string_view ecdsa_oid(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kSha384: return "1.2.840.10045.4.3.3";
    case DigestAlgorithm::kSha512: return "1.2.840.10045.4.3.4";
    case DigestAlgorithm::kSha256: return "1.2.840.10045.4.3.2";
    case DigestAlgorithm::kSha1: break;
  }
  SHOMEI_CHECK(false);
  return {};
}

/// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue } with one value.
Bytes signed_attribute(std::string_view type, ByteView value) {
  return der::wrap(tag::kSequence, {der::oid(type), der::wrap(tag::kSet, value)});
}

/// RFC 5652 11.3: UTCTime until 2049, GeneralizedTime after.
Bytes time_value(Time time) {
  const bool utc = time < std::chrono::sys_days(std::chrono::year(2050) / 1 / 1);
  const std::string text = utc ? fmt::format("{:%y%m%d%H%M%S}Z", time) : fmt::format("{:%Y%m%d%H%M%S}Z", time);
  return der::wrap(utc ? tag::kUtcTime : tag::kGeneralizedTime, as_bytes(text));
}

/// SigningCertificateV2 (RFC 5035 3) with one ESSCertIDv2; where its hashAlgorithm is the default, SHA-256, DER leaves
/// it out.
Bytes signing_certificate_value(const SignerCertificate& certificate) {
  const DigestAlgorithm algorithm = certificate.algorithm.digest;
  const Bytes name = algorithm == DigestAlgorithm::kSha256 ? Bytes() : der::algorithm(digest_oid(algorithm), false);
  const Bytes hash = der::wrap(tag::kOctetString, digest(algorithm, certificate.der));
  const Bytes id = der::wrap(tag::kSequence, {name, hash, issuer_serial(certificate.parsed.get())});
  return der::wrap(tag::kSequence, der::wrap(tag::kSequence, id));
}

std::vector<Bytes> signed_attributes(ByteView content_digest, const SignerCertificate& certificate, Time now) {
  return {signed_attribute(kContentType, der::oid(kData)),
          signed_attribute(kMessageDigest, der::wrap(tag::kOctetString, content_digest)),
          signed_attribute(kSigningTime, time_value(now)),
          signed_attribute(kSigningCertificateV2, signing_certificate_value(certificate))};
}

/// A SignerInfo (RFC 5652 5.3) up to its signature.
struct SignerInfoHead {
  Bytes fields;
  KeyType key;
};

SignerInfoHead signer_info_head(const SignerCertificate& certificate, std::vector<Bytes> attributes) {
  X509* x509 = certificate.parsed.get();
  const SignatureAlgorithm& algorithm = certificate.algorithm;
  const Bytes sid = der::wrap(tag::kSequence, {to_der<i2d_X509_NAME>(X509_get_issuer_name(x509)),
                                               to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(x509))});
  const bool rsa = algorithm.key == KeyType::kRsa;
  SignerInfoHead head{.fields = {}, .key = algorithm.key};
  for (const Bytes& field :
       {der::unsigned_integer(Bytes{1}), sid, der::algorithm(digest_oid(algorithm.digest), false),
        der::set_of(std::move(attributes), tag::context_constructed(0)),
        rsa ? der::algorithm(kRsaEncryption, true) : der::algorithm(ecdsa_oid(algorithm.digest), false)}) {
    head.fields.insert(head.fields.end(), field.begin(), field.end());
  }
  return head;
}

Bytes signer_info(const SignerInfoHead& head, ByteView value) {
  const Bytes signature = head.key == KeyType::kRsa ? to_bytes(value) : ecdsa_der(value);
  return der::wrap(tag::kSequence, {head.fields, der::wrap(tag::kOctetString, signature)});
}

/// SignedData (RFC 5652 5.1) up to its signerInfos.
Bytes signed_data_head(const SignerCertificate& certificate) {
  std::vector<Bytes> certificates = certificate.chain;
  certificates.push_back(certificate.der);
  std::ranges::sort(certificates);
  const auto [first, last] = std::ranges::unique(certificates);
  certificates.erase(first, last);
  const Bytes version = der::unsigned_integer(Bytes{1});
  const Bytes digests = der::wrap(tag::kSet, der::algorithm(digest_oid(certificate.algorithm.digest), false));
  const Bytes content = der::wrap(tag::kSequence, der::oid(kData));
  Bytes head = version;
  for (const Bytes& field : {digests, content, der::set_of(std::move(certificates), tag::context_constructed(0))}) {
    head.insert(head.end(), field.begin(), field.end());
  }
  return head;
}

Bytes content_info(ByteView head, ByteView signer_infos) {
  const Bytes data = der::wrap(tag::kSequence, {head, der::wrap(tag::kSet, signer_infos)});
  return der::wrap(tag::kSequence, {der::oid(kSignedData), der::wrap(tag::context_constructed(0), data)});
}

}  // namespace

Result<Prepared> prepare_cades(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  if (request.packaging != Packaging::kDetached) {
    return fail(Code::kSignUnsupported, "CAdES is made detached only");
  }
  if (!request.manifest.empty()) {
    return fail(Code::kSignUnsupported, "CAdES has no manifest; sign the files with --format xades, or each by itself");
  }
  const DigestAlgorithm algorithm = certificate.algorithm.digest;
  SHOMEI_TRY(const Bytes content_digest, digest_of(algorithm, request.document));
  Prepared prepared;
  std::vector<Bytes> attributes = signed_attributes(content_digest, certificate, now);
  // RFC 5652 5.4: what is signed carries the tag of SET OF, what is stored [0].
  prepared.digest = digest(algorithm, der::set_of(attributes));
  prepared.assemble = [signer = signer_info_head(certificate, std::move(attributes)),
                       head = signed_data_head(certificate)](ByteView value) {
    return content_info(head, signer_info(signer, value));
  };
  return prepared;
}

}  // namespace shomei::signing
