#pragma once

#include <optional>
#include <string>
#include <vector>

#include "signing/evidence_data.h"

namespace shomei::signing {

/// Object identifiers of EN 319 122-1 and of what it builds on.
namespace cms_oid {
inline constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2",
                                  kContentTimeStamp = "1.2.840.113549.1.9.16.2.20",
                                  kSignatureTimeStamp = "1.2.840.113549.1.9.16.2.14",
                                  kCertificateValues = "1.2.840.113549.1.9.16.2.23",
                                  kRevocationValues = "1.2.840.113549.1.9.16.2.24",
                                  kArchiveTimeStampV1 = "1.2.840.113549.1.9.16.2.27",
                                  kArchiveTimeStampV2 = "1.2.840.113549.1.9.16.2.48",
                                  kArchiveTimeStampV3 = "0.4.0.1733.2.4", kLongTermValidation = "0.4.0.1733.2.2",
                                  kAtsHashIndex = "0.4.0.1733.2.5", kAtsHashIndexV2 = "0.4.0.19122.1.4",
                                  kAtsHashIndexV3 = "0.4.0.19122.1.5", kOcspResponse = "1.3.6.1.5.5.7.16.2",
                                  kOcspBasic = "1.3.6.1.5.5.7.48.1.1";
}  // namespace cms_oid

/// Attribute (RFC 5652 5.3): all of it, its type ("1.2.3" and as TLV) and the TLVs of its values.
struct CmsAttribute {
  ByteView whole;
  std::string type;
  ByteView type_tlv;
  std::vector<ByteView> values;
};

/// SignerInfo: TLVs in their order; `signed_attributes` with its tag [0], empty where absent.
struct CmsSignerLayout {
  ByteView whole;
  ByteView version, sid, digest_algorithm, signed_attributes, signature_algorithm, signature;
  /// Content octets of `signature`.
  ByteView signature_value;
  std::vector<CmsAttribute> signed_list;
  std::vector<CmsAttribute> unsigned_list;
};

/// Where the parts of a SignedData lie: what time stamps are over, and what an extension leaves as it is.
struct CmsLayout {
  /// What the views point into, where the file was not in DER as far as lengths go.
  Bytes from_ber;
  bool was_ber = false;
  ByteView version, digest_algorithms, encapsulated;
  /// OBJECT IDENTIFIER of the content, as TLV.
  ByteView content_type;
  /// Content octets; nothing when detached.
  std::optional<ByteView> content;
  /// CertificateChoices and RevocationInfoChoice, each a TLV.
  std::vector<ByteView> certificates;
  std::vector<ByteView> crls;
  std::vector<CmsSignerLayout> signers;
};

/// The layout of a ContentInfo with SignedData, DER or BER; the views live as long as `cms` and the layout. Errors:
/// der.malformed.
Result<CmsLayout> read_layout(ByteView cms);

/// The DER of an OCSPResponse that a RevocationInfoChoice holds (RFC 5940; a BasicOCSPResponse gets one around it);
/// nothing for a CRL or another kind.
std::optional<Bytes> ocsp_in(ByteView revocation_info);

/// What `cms` holds in certificates, crls and unsigned attributes.
EvidenceData evidence_in(const CmsLayout& cms);
/// The same of one attribute's value: certificate-values, revocation-values, time stamps with what is inside them.
EvidenceData evidence_in(std::string_view type, ByteView value);

}  // namespace shomei::signing
