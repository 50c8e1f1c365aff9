#pragma once

#include <expected>
#include <string>

#include "signing/document_signer.h"
#include "signing/judge/judgement.h"
#include "signing/verify.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {

/// Evidence for what the signer saw: digests of the document and of the text on the screen, both signed. In XAdES a
/// ds:Object with an element of our own namespace, which the signature refers to with a Type of its own (the XAdES
/// schema lets foreign elements into SignedProperties only where a validator knows theirs); in CAdES a signed
/// attribute.
inline constexpr std::string_view kShownNamespace = "https://shomei.example/ns/shown/1#";
inline constexpr std::string_view kShownType = "https://shomei.example/ns/shown/1#ShownToSigner";
/// SEQUENCE { document MessageImprint, text MessageImprint } (RFC 3161 2.4.1), below the arc that RFC 5612 reserves for
/// documentation.
inline constexpr std::string_view kShownOid = "1.3.6.1.4.1.32473.11.1";

struct Imprint {
  DigestAlgorithm algorithm = DigestAlgorithm::kSha256;
  Bytes digest;
  bool operator==(const Imprint&) const = default;
};

/// As a signature says it.
struct ShownFacts {
  Imprint document;
  Imprint text;
  /// XAdES: Id of the reference whose digest `document` is.
  std::string reference;
};

/// Whether the document to be signed is the one that was shown. Errors: input.* (input.malformed: another one).
Result<void> check_shown(const ShownEvidence& shown, const Document& document);

/// `document`: the digest that the signature has of it.
std::string shown_xml(const ShownEvidence& shown, const std::string& reference, const Imprint& document);
Bytes shown_attribute(const ShownEvidence& shown, const Imprint& document);

/// From the ds:Object, and from the attribute's value; an error says what is wrong.
std::expected<ShownFacts, std::string> read_shown(const xmlNode* object);
std::expected<ShownFacts, std::string> read_shown(ByteView attribute_value);

/// `signed_document`: what the signature is over. Both must agree, and the text with VerifyInputs::shown where it is
/// given; TOTAL-FAILED / SIG_CONSTRAINTS_FAILURE otherwise. Errors: input.* of the text.
Result<void> judge_shown(const std::expected<ShownFacts, std::string>& shown, const Imprint& signed_document,
                         const VerifyInputs& inputs, Judgement& judgement);

}  // namespace shomei::signing
