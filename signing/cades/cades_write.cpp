#include "signing/cades/cades_write.h"

#include <fmt/chrono.h>

#include <algorithm>

#include "base/der.h"
#include "base/software_key.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

constexpr std::string_view kContentType = "1.2.840.113549.1.9.3", kMessageDigest = "1.2.840.113549.1.9.4",
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

void add_once(std::vector<Bytes>& to, Bytes one) {
  if (std::ranges::find(to, one) == to.end()) {
    to.push_back(std::move(one));
  }
}

std::vector<Bytes> owned(const std::vector<ByteView>& views) {
  std::vector<Bytes> all;
  std::ranges::transform(views, std::back_inserter(all), to_bytes);
  return all;
}

/// [0] or [1] IMPLICIT SET OF, absent where it is empty.
Bytes optional_set(const std::vector<Bytes>& members, std::uint8_t number) {
  return members.empty() ? Bytes() : der::set_of(members, tag::context_constructed(number));
}

}  // namespace

Bytes SignerInfoText::with(ByteView value) const {
  const Bytes signature = key == KeyType::kRsa ? to_bytes(value) : ecdsa_der(value);
  return der::wrap(tag::kSequence, {head, der::wrap(tag::kOctetString, signature)});
}

Bytes cms_attribute(std::string_view type, ByteView value) {
  return der::wrap(tag::kSequence, {der::oid(type), der::wrap(tag::kSet, value)});
}

SignerInfoText signer_info_text(ByteView content_digest, ByteView content_type, std::vector<Bytes> attributes,
                                const SignerCertificate& certificate, Time now) {
  X509* x509 = certificate.parsed.get();
  const SignatureAlgorithm& algorithm = certificate.algorithm;
  if (!content_type.empty()) {
    attributes.push_back(cms_attribute(kContentType, content_type));
  }
  attributes.push_back(cms_attribute(kMessageDigest, der::wrap(tag::kOctetString, content_digest)));
  attributes.push_back(cms_attribute(kSigningTime, time_value(now)));
  attributes.push_back(cms_attribute(kSigningCertificateV2, signing_certificate_value(certificate)));
  const bool rsa = algorithm.key == KeyType::kRsa;
  // RFC 5652 5.4: what is signed carries the tag of SET OF, what is stored [0].
  SignerInfoText text{.digest = digest(algorithm.digest, der::set_of(attributes)), .head = {}, .key = algorithm.key};
  for (const Bytes& field :
       {der::unsigned_integer(Bytes{1}),
        der::wrap(tag::kSequence, {to_der<i2d_X509_NAME>(X509_get_issuer_name(x509)),
                                   to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(x509))}),
        der::algorithm(digest_oid(algorithm.digest), false),
        der::set_of(std::move(attributes), tag::context_constructed(0)),
        rsa ? der::algorithm(kRsaEncryption, true) : der::algorithm(ecdsa_oid(algorithm.digest), false)}) {
    text.head.insert(text.head.end(), field.begin(), field.end());
  }
  return text;
}

SignedDataParts SignedDataParts::of(const CmsLayout& layout) {
  SignedDataParts parts{.version = to_bytes(layout.version),
                        .digest_algorithms = {},
                        .encapsulated = to_bytes(layout.encapsulated),
                        .certificates = owned(layout.certificates),
                        .crls = owned(layout.crls),
                        .signers = {}};
  der::Reader outer(layout.digest_algorithms);
  if (auto list = outer.enter(tag::kSet)) {
    for (auto one = list->next(); one; one = list->next()) {
      parts.digest_algorithms.push_back(to_bytes(one->whole));
    }
  }
  for (const CmsSignerLayout& signer : layout.signers) {
    parts.signers.push_back(to_bytes(signer.whole));
  }
  return parts;
}

void SignedDataParts::add_certificates(const SignerCertificate& certificate) {
  add_once(certificates, certificate.der);
  std::ranges::for_each(certificate.chain, [&](const Bytes& one) { add_once(certificates, one); });
}

void SignedDataParts::add_digest(DigestAlgorithm algorithm) {
  add_once(digest_algorithms, der::algorithm(digest_oid(algorithm), false));
}

Bytes SignedDataParts::der() const {
  // Not sorted as DER would have it (CMS asks for no DER here): the place of a signer is its name for people.
  Bytes signer_infos;
  for (const Bytes& signer : signers) {
    signer_infos.insert(signer_infos.end(), signer.begin(), signer.end());
  }
  const Bytes data =
      der::wrap(tag::kSequence, {version, der::set_of(digest_algorithms), encapsulated, optional_set(certificates, 0),
                                 optional_set(crls, 1), der::wrap(tag::kSet, signer_infos)});
  return der::wrap(tag::kSequence, {der::oid(cms_oid::kSignedData), der::wrap(tag::context_constructed(0), data)});
}

}  // namespace shomei::signing
