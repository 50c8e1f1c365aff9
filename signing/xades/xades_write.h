#pragma once

#include "base/clock.h"
#include "signing/policy.h"
#include "signing/signer_certificate.h"
#include "signing/xml/xml_canonical.h"

namespace shomei::signing {

/// What a signature will cover: one ds:Reference beside that to the signed properties.
struct SignedPart {
  std::string uri;
  std::string type = {};
  /// ds:Transform elements; empty: no ds:Transforms.
  std::string transforms = {};
  /// By the signer's digest algorithm, after the transforms.
  Bytes digest;
  /// For DataObjectFormat (EN 319 132-1 5.2.4); empty: none.
  std::string media_type = {};
};

struct SignatureParts {
  /// The Signature's Id and the beginning of all others in it.
  std::string id;
  std::vector<SignedPart> parts;
  /// ds:Object elements with content that `parts` refer to.
  std::string objects = {};
};

/// ds:Signature around base64 of a value, and the digest that the value is made over.
struct SignatureText {
  Bytes digest;
  std::string before;
  std::string after;

  std::string with(ByteView value) const { return before + to_base64(value) + after; }
};

/// XAdES-B (EN 319 132-1 6.3): exclusive C14N; SigningTime, SigningCertificateV2 with IssuerSerialV2, DataObjectFormat;
/// KeyInfo with certificate and chain. The prefix ds is declared at the Signature.
Result<SignatureText> signature_text(const SignatureParts& parts, const SignerCertificate& certificate, Time now);

/// "shomei-" and 64 random bits.
std::string new_signature_id();
/// Attribute values and text.
std::string escaped(std::string_view text);
std::string transform_xml(std::string_view algorithm);
/// DigestMethod and DigestValue.
std::string digest_xml(DigestAlgorithm algorithm, ByteView digest);
/// "<ds:Signature …>" around `inside`, as it will stand.
std::string wrapped(const std::string& id, std::string_view inside);
/// Digest of the exclusive canonical form of the only element with that name. Exclusive, so it is the same wherever the
/// Signature will stand.
Result<Bytes> digest_of_element(DigestAlgorithm algorithm, std::string_view xml, std::string_view name_space,
                                std::string_view name, Limits limits = {});

}  // namespace shomei::signing
