#include "signing/xml/xmldsig_facts.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <sstream>

namespace shomei::signing {
namespace {

using Bad = std::unexpected<std::string>;

std::vector<std::string> prefix_list(const xmlNode* method) {
  std::vector<std::string> prefixes;
  const xmlNode* list = only_child(method, kExclusiveC14n, "InclusiveNamespaces");
  if (list != nullptr) {
    std::istringstream words(attribute(list, "PrefixList").value_or(""));
    for (std::string word; words >> word;) {
      prefixes.push_back(word);
    }
  }
  return prefixes;
}

Parsed<std::vector<TransformFacts>> read_transforms(const xmlNode* reference, const Limits& limits) {
  std::vector<TransformFacts> transforms;
  const auto lists = children(reference, ns::kDs, "Transforms");
  if (lists.empty()) {
    return transforms;
  }
  for (const xmlNode* node : child_elements(lists.front())) {
    if (!is_element(node, ns::kDs, "Transform") || !attribute(node, "Algorithm")) {
      return Bad("Transforms");
    }
    TransformFacts facts{.algorithm = *attribute(node, "Algorithm"), .prefixes = prefix_list(node), .element = node};
    facts.has_other_children =
        child_elements(node).size() > children(node, kExclusiveC14n, "InclusiveNamespaces").size();
    transforms.push_back(std::move(facts));
  }
  if (lists.size() > 1 || transforms.empty() || std::ssize(transforms) > limits.transforms) {
    return Bad(fmt::format("Transforms ({}, limit {})", transforms.size(), limits.transforms));
  }
  return transforms;
}

/// Transforms?, DigestMethod, DigestValue and nothing else.
Parsed<ReferenceFacts> read_reference(const xmlNode* node, const Limits& limits) {
  const xmlNode* method = only_child(node, ns::kDs, "DigestMethod");
  const xmlNode* value = only_child(node, ns::kDs, "DigestValue");
  const std::size_t lists = children(node, ns::kDs, "Transforms").size();
  ReferenceFacts facts{.id = attribute(node, "Id").value_or(""),
                       .type = attribute(node, "Type").value_or(""),
                       .uri = attribute(node, "URI"),
                       .transforms = {},
                       .digest_method = method == nullptr ? "" : attribute(method, "Algorithm").value_or(""),
                       .digest_value = {}};
  const std::string where = fmt::format("Reference \"{}\"", facts.uri.value_or(""));
  if (method == nullptr || value == nullptr || child_elements(node).size() != 2 + lists) {
    return Bad(where);
  }
  auto transforms = read_transforms(node, limits);
  if (!transforms) {
    return Bad(where + ", " + transforms.error());
  }
  facts.transforms = std::move(*transforms);
  facts.digest_value = base64_content(value).value_or(Bytes());
  return facts;
}

constexpr std::string_view kMore2007 = "http://www.w3.org/2007/05/xmldsig-more#";
/// Salts outside of this are no mistake but play: RFC 8017 A.2.3 has 20 as default, no digest is longer than 64.
constexpr int kMinSalt = 20, kMaxSalt = 64;

std::optional<int> small_number(const xmlNode* element) {
  int number = 0;
  const std::string text = text_of(element);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<DigestAlgorithm> digest_method(const xmlNode* parent) {
  const xmlNode* method = only_child(parent, ns::kDs, "DigestMethod");
  return method == nullptr ? std::nullopt : digest_from_uri(attribute(method, "Algorithm").value_or(""));
}

/// RSAPSSParams (RFC 9231 2.3.9): DigestMethod?, MaskGenerationFunction?, SaltLength?, TrailerField?, in any order.
/// MGF1 over another digest than that of the message is refused.
std::optional<SignatureAlgorithm> read_pss(const xmlNode* method) {
  SignatureAlgorithm algorithm{.key = KeyType::kRsa, .digest = DigestAlgorithm::kSha256, .pss = true};
  const xmlNode* parameters = only_child(method, kMore2007, "RSAPSSParams");
  if (parameters == nullptr) {
    return child_elements(method).empty() ? std::optional(algorithm) : std::nullopt;
  }
  std::set<std::string_view> seen;
  std::optional<DigestAlgorithm> mask;
  for (const xmlNode* part : child_elements(parameters)) {
    bool good = seen.insert(local_name(part)).second;
    if (is_element(part, ns::kDs, "DigestMethod")) {
      const auto digest = digest_method(parameters);
      good = good && digest;
      algorithm.digest = digest.value_or(algorithm.digest);
    } else if (is_element(part, kMore2007, "MaskGenerationFunction")) {
      mask = digest_method(part);
      good = good && mask && attribute(part, "Algorithm") == "http://www.w3.org/2007/05/xmldsig-more#MGF1";
    } else if (is_element(part, kMore2007, "SaltLength")) {
      algorithm.salt_length = small_number(part);
      good = good && algorithm.salt_length >= kMinSalt && algorithm.salt_length <= kMaxSalt;
    } else {
      good = good && is_element(part, kMore2007, "TrailerField") && small_number(part) == 1;
    }
    if (!good) {
      return std::nullopt;
    }
  }
  return !mask || mask == algorithm.digest ? std::optional(algorithm) : std::nullopt;
}

/// An identifier whose parameters nobody asked for (HMACOutputLength and the like) is not known.
std::optional<SignatureAlgorithm> read_signature_method(const xmlNode* method, std::string_view algorithm) {
  if (algorithm == kRsaPss) {
    return read_pss(method);
  }
  return child_elements(method).empty() ? signature_algorithm_from_uri(algorithm) : std::nullopt;
}

/// CanonicalizationMethod, SignatureMethod, Reference* in this order. One without Reference covers nothing, which is
/// for the judge to say beside what else is wrong.
Parsed<void> read_signed_info(SignatureFacts& facts, const Limits& limits) {
  const auto parts = child_elements(facts.signed_info);
  if (parts.size() < 2 || !is_element(parts[0], ns::kDs, "CanonicalizationMethod") ||
      !is_element(parts[1], ns::kDs, "SignatureMethod")) {
    return Bad("SignedInfo (CanonicalizationMethod, SignatureMethod, …)");
  }
  if (std::ssize(parts) - 2 > limits.references) {
    return Bad(fmt::format("SignedInfo with more than {} References", limits.references));
  }
  facts.canonicalization_method = attribute(parts[0], "Algorithm").value_or("");
  facts.canonicalization_prefixes = prefix_list(parts[0]);
  facts.signature_method = attribute(parts[1], "Algorithm").value_or("");
  facts.algorithm = read_signature_method(parts[1], facts.signature_method);
  for (std::size_t i = 2; i < parts.size(); ++i) {
    if (!is_element(parts[i], ns::kDs, "Reference")) {
      return Bad("SignedInfo");
    }
    SHOMEI_TRY(ReferenceFacts reference, read_reference(parts[i], limits));
    facts.references.push_back(std::move(reference));
  }
  return {};
}

void read_key_info(SignatureFacts& facts) {
  for (const xmlNode* data : children(facts.key_info, ns::kDs, "X509Data")) {
    for (const xmlNode* node : children(data, ns::kDs, "X509Certificate")) {
      if (auto certificate = base64_content(node)) {
        facts.certificates.push_back(std::move(*certificate));
      }
    }
  }
}

}  // namespace

std::optional<Canonicalization> canonicalization_of(const xmlNode* method) {
  auto found = canonicalization_from(attribute(method, "Algorithm").value_or(""));
  if (found) {
    found->inclusive_prefixes = prefix_list(method);
  }
  return found;
}

Parsed<Bytes> base64_content(const xmlNode* element) {
  auto bytes = from_base64(text_of(element), Blanks::kSkip);
  if (!bytes || !child_elements(element).empty()) {
    return Bad(fmt::format("{} is not base64", local_name(element)));
  }
  return std::move(*bytes);
}

Parsed<SignatureFacts> read_signature(const xmlNode* signature, const Limits& limits) {
  SignatureFacts facts{.element = signature, .id = attribute(signature, "Id").value_or("")};
  const auto parts = child_elements(signature);
  if (parts.size() < 2 || !is_element(parts[0], ns::kDs, "SignedInfo") ||
      !is_element(parts[1], ns::kDs, "SignatureValue")) {
    return Bad("Signature (SignedInfo, SignatureValue, KeyInfo?, Object*)");
  }
  facts.signed_info = parts[0];
  SHOMEI_TRY(read_signed_info(facts, limits));
  SHOMEI_TRY(facts.signature_value, base64_content(parts[1]));
  for (std::size_t i = 2; i < parts.size(); ++i) {
    if (i == 2 && is_element(parts[i], ns::kDs, "KeyInfo")) {
      facts.key_info = parts[i];
      read_key_info(facts);
    } else if (is_element(parts[i], ns::kDs, "Object")) {
      facts.objects.push_back(parts[i]);
    } else {
      return Bad(fmt::format("Signature holds {}", local_name(parts[i])));
    }
  }
  return facts;
}

}  // namespace shomei::signing
