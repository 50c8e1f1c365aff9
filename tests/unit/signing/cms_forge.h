#pragma once

#include "base/der.h"
#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {

inline constexpr std::string_view kDataOid = "1.2.840.113549.1.7.1", kSignedDataOid = "1.2.840.113549.1.7.2",
                                  kTstInfoOid = "1.2.840.113549.1.9.16.1.4", kContentTypeOid = "1.2.840.113549.1.9.3",
                                  kMessageDigestOid = "1.2.840.113549.1.9.4", kSigningTimeOid = "1.2.840.113549.1.9.5",
                                  kCounterSignatureOid = "1.2.840.113549.1.9.6",
                                  kSigningCertificateV2Oid = "1.2.840.113549.1.9.16.2.47",
                                  kRsaOid = "1.2.840.113549.1.1.1", kRsaSha256Oid = "1.2.840.113549.1.1.11",
                                  kRsaSha512Oid = "1.2.840.113549.1.1.13", kPssOid = "1.2.840.113549.1.1.10";

/// Attribute with these values, each a whole TLV.
Bytes cms_attribute(std::string_view type, const std::vector<Bytes>& values);
Bytes joined(const std::vector<Bytes>& parts);

/// A CMS signature by doctor1, right as it is made; tests change its parts.
struct CmsForge {
  CmsForge();

  Bytes content;
  bool attached = false;
  std::string content_type{kDataOid};
  /// Instead of the OCTET STRING around `content`.
  std::optional<Bytes> encoded_content;
  DigestAlgorithm digest_of_value = DigestAlgorithm::kSha256;
  /// AlgorithmIdentifiers of the SignerInfo.
  Bytes digest_algorithm;
  Bytes signature_algorithm;
  /// Signed attributes, in this order; none: the signature is over the content.
  std::vector<Bytes> attributes;
  /// Instead of the encoding of `attributes` in the SignerInfo; the signature stays over `attributes`.
  std::optional<Bytes> encoded_attributes;
  std::vector<Bytes> unsigned_attributes;
  std::vector<Bytes> certificates;
  /// The signer's as issuer and serial number.
  Bytes identifier;

  /// What the signature is over.
  Bytes to_be_signed() const;
  Bytes signer_info() const;
  Bytes cms() const { return around({signer_info()}); }
  Bytes around(const std::vector<Bytes>& infos) const;
};

Bytes message_digest_attribute(ByteView digest);
SignatureReport judged_cms(const CmsForge& forge);
SignatureReport judged_cms(const CmsForge& forge, const Bytes& cms);

}  // namespace shomei::signing::test
