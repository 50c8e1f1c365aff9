#pragma once

#include <expected>

#include "signing/signature_algorithm.h"
#include "signing/xml/xml_canonical.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {

/// What was read, or which part is not as its schema says.
template <class T>
using Parsed = std::expected<T, std::string>;

struct TransformFacts {
  std::string algorithm;
  /// PrefixList of an InclusiveNamespaces child.
  std::vector<std::string> prefixes;
  bool has_other_children = false;
  const xmlNode* element = nullptr;
};

/// ds:Reference (XML-DSig 4.4.3).
struct ReferenceFacts {
  std::string id;
  std::string type;
  /// Nothing: the attribute is absent, which is not "".
  std::optional<std::string> uri;
  std::vector<TransformFacts> transforms;
  std::string digest_method;
  /// Empty, and so equal to no digest, where it is not base64.
  Bytes digest_value;
};

/// ds:Signature (XML-DSig 4.1): read, not judged. Nodes live as long as their document.
struct SignatureFacts {
  const xmlNode* element = nullptr;
  const xmlNode* signed_info = nullptr;
  const xmlNode* key_info = nullptr;
  std::vector<const xmlNode*> objects = {};
  std::string id;
  std::string canonicalization_method = {};
  std::vector<std::string> canonicalization_prefixes = {};
  /// Identifier, for people, and what it means with its parameters; nothing where that is not known or not allowed.
  std::string signature_method = {};
  std::optional<SignatureAlgorithm> algorithm = {};
  std::vector<ReferenceFacts> references = {};
  Bytes signature_value = {};
  /// X509Certificate entries of KeyInfo that are base64, in order.
  std::vector<Bytes> certificates = {};
};

inline constexpr std::string_view kSignedPropertiesType = "http://uri.etsi.org/01903#SignedProperties";
inline constexpr std::string_view kEnvelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
inline constexpr std::string_view kBase64Transform = "http://www.w3.org/2000/09/xmldsig#base64";
inline constexpr std::string_view kRsaPss = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";
inline constexpr std::string_view kExclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";

Parsed<SignatureFacts> read_signature(const xmlNode* signature, const Limits& limits);

/// ds:CanonicalizationMethod with its PrefixList; nothing for an unknown algorithm.
std::optional<Canonicalization> canonicalization_of(const xmlNode* method);

/// Base64 content of an element, white space skipped.
Parsed<Bytes> base64_content(const xmlNode* element);

}  // namespace shomei::signing
