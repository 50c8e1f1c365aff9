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
                           kRsaEncryption = "1.2.840.113549.1.1.1", kEcdsaWithSha256 = "1.2.840.10045.4.3.2";

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

/// SigningCertificateV2 (RFC 5035 3) with one ESSCertIDv2; its hashAlgorithm is the default, SHA-256, so DER leaves it
/// out.
Bytes signing_certificate_value(const SignerCertificate& certificate) {
  const Bytes hash = der::wrap(tag::kOctetString, sha256(certificate.der));
  const Bytes id = der::wrap(tag::kSequence, {hash, issuer_serial(certificate.parsed.get())});
  return der::wrap(tag::kSequence, der::wrap(tag::kSequence, id));
}

std::vector<Bytes> signed_attributes(ByteView content_digest, const SignerCertificate& certificate, Time now) {
  return {signed_attribute(kContentType, der::oid(kData)),
          signed_attribute(kMessageDigest, der::wrap(tag::kOctetString, content_digest)),
          signed_attribute(kSigningTime, time_value(now)),
          signed_attribute(kSigningCertificateV2, signing_certificate_value(certificate))};
}

Bytes signer_info(const SignerCertificate& certificate, std::vector<Bytes> attributes, ByteView signature) {
  X509* x509 = certificate.parsed.get();
  const bool rsa = certificate.algorithm.key == KeyType::kRsa;
  const Bytes sid = der::wrap(tag::kSequence, {to_der<i2d_X509_NAME>(X509_get_issuer_name(x509)),
                                               to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(x509))});
  const Bytes value = rsa ? to_bytes(signature) : ecdsa_der(signature);
  return der::wrap(tag::kSequence,
                   {der::unsigned_integer(Bytes{1}), sid, der::algorithm(digest_oid(DigestAlgorithm::kSha256), false),
                    der::set_of(std::move(attributes), tag::context_constructed(0)),
                    rsa ? der::algorithm(kRsaEncryption, true) : der::algorithm(kEcdsaWithSha256, false),
                    der::wrap(tag::kOctetString, value)});
}

Bytes signed_data(const SignerCertificate& certificate, ByteView info) {
  std::vector<Bytes> certificates = certificate.chain;
  certificates.push_back(certificate.der);
  std::ranges::sort(certificates);
  const auto [first, last] = std::ranges::unique(certificates);
  certificates.erase(first, last);
  const Bytes data = der::wrap(
      tag::kSequence, {der::unsigned_integer(Bytes{1}),
                       der::wrap(tag::kSet, der::algorithm(digest_oid(DigestAlgorithm::kSha256), false)),
                       der::wrap(tag::kSequence, der::oid(kData)),
                       der::set_of(std::move(certificates), tag::context_constructed(0)), der::wrap(tag::kSet, info)});
  return der::wrap(tag::kSequence, {der::oid(kSignedData), der::wrap(tag::context_constructed(0), data)});
}

}  // namespace

Result<Bytes> build_cades(const Document& content, SigningKey& key, const SignerCertificate& certificate, Time now) {
  SHOMEI_TRY(const Bytes content_digest, digest_of(DigestAlgorithm::kSha256, content));
  std::vector<Bytes> attributes = signed_attributes(content_digest, certificate, now);
  // RFC 5652 5.4: what is signed carries the tag of SET OF, what is stored [0].
  SHOMEI_TRY(const Bytes signature, sign_with(key, certificate, sha256(der::set_of(attributes))));
  return signed_data(certificate, signer_info(certificate, std::move(attributes), signature));
}

}  // namespace shomei::signing
