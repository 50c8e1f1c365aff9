#pragma once

#include "base/clock.h"
#include "signing/cades/cms_layout.h"
#include "signing/signer_certificate.h"

namespace shomei::signing {

/// A SignerInfo (RFC 5652 5.3) but for its signature, and the digest that the signature is made over.
struct SignerInfoText {
  Bytes digest;
  /// TLVs before the signature.
  Bytes head;
  KeyType key = KeyType::kRsa;

  /// DER; `value` is RSA big-endian or EC r || s.
  Bytes with(ByteView value) const;
};

/// Message-digest, signing-time, signing-certificate-v2 (with issuerSerial) and what `attributes` add; content-type
/// only where `content_type` (a whole TLV) is given: a counter-signature must not have one (RFC 5652 11.4).
SignerInfoText signer_info_text(ByteView content_digest, ByteView content_type, std::vector<Bytes> attributes,
                                const SignerCertificate& certificate, Time now);

/// Attribute with one value. DER.
Bytes cms_attribute(std::string_view type, ByteView value);

/// What a SignedData gets: its parts as TLVs, `signers` whole and in their order. Certificates are joined,
/// each once.
struct SignedDataParts {
  Bytes version;
  /// AlgorithmIdentifiers.
  std::vector<Bytes> digest_algorithms;
  Bytes encapsulated;
  std::vector<Bytes> certificates;
  std::vector<Bytes> crls;
  std::vector<Bytes> signers;

  static SignedDataParts of(const CmsLayout& layout);
  void add_certificates(const SignerCertificate& certificate);
  void add_digest(DigestAlgorithm algorithm);
  /// ContentInfo.
  Bytes der() const;
};

}  // namespace shomei::signing
