#include "signing/xml/xmldsig_reference.h"

#include <fmt/format.h>

#include <algorithm>

namespace shomei::signing {
namespace {

using State = ReferenceOutcome::State;

bool is_same_document(const ReferenceFacts& reference) {
  return reference.uri && (reference.uri->empty() || reference.uri->front() == '#');
}

void refuse(ReferenceOutcome& outcome, State state, std::string detail) {
  outcome.state = state;
  outcome.detail = std::move(detail);
}

/// A failure that condemns the reference alone: malformed XML in a detached file is a finding, a spent budget is not.
bool is_of_the_reference(const Error& error) {
  return error.code == Code::kXmlMalformed || error.code == Code::kXmlForbidden || error.code == Code::kInputEmpty;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").contains(c);
}

}  // namespace

std::string file_name_of_uri(std::string_view uri) {
  std::string name;
  for (std::size_t i = uri.starts_with("./") ? 2 : 0; i < uri.size(); ++i) {
    const auto byte = uri[i] == '%' ? from_hex(uri.substr(i + 1, 2)) : Result<Bytes>(Bytes{});
    if (byte && byte->size() == 1) {
      name += static_cast<char>(byte->front());
      i += 2;
    } else {
      name += uri[i];
    }
  }
  return name;
}

std::string uri_of_file_name(std::string_view name) {
  std::string uri;
  for (const char c : name) {
    uri += is_unreserved(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

const Document* ReferenceChecker::find_detached(const SignatureFacts& signature,
                                                const std::optional<std::string>& uri) const {
  const std::string name = file_name_of_uri(uri.value_or(""));
  for (const Document& document : detached_) {
    if (uri && document.name == name) {
      return &document;
    }
  }
  // One file given and one asked for: it may have been renamed, or the application knows which (XML-DSig 4.4.3.1, no
  // URI); its digest tells.
  const auto external =
      std::ranges::count_if(signature.references, [](const auto& other) { return !is_same_document(other); });
  return detached_.size() == 1 && external == 1 ? &detached_.front() : nullptr;
}

Result<std::optional<ReferenceChecker::Value>> ReferenceChecker::find(const SignatureFacts& signature,
                                                                      const ReferenceFacts& reference,
                                                                      ReferenceOutcome& outcome) {
  const std::string uri = reference.uri.value_or("no URI");
  if (uri.empty()) {
    return Value(NodeSet{.document = document_});
  }
  if (!is_same_document(reference)) {
    const Document* document = find_detached(signature, reference.uri);
    if (document == nullptr) {
      refuse(outcome, State::kNotFound, uri);
      return std::nullopt;
    }
    outcome.detached = document;
    return Value(document);
  }
  if (uri.contains('(')) {
    refuse(outcome, State::kForbidden, uri);
    return std::nullopt;
  }
  const IdIndex::Found found = ids_.find(uri.substr(1));
  if (found.element == nullptr || found.ambiguous) {
    refuse(outcome, found.ambiguous ? State::kAmbiguous : State::kNotFound, uri);
    return std::nullopt;
  }
  outcome.element = found.element;
  return Value(NodeSet{.document = document_, .apex = found.element});
}

Result<Bytes> ReferenceChecker::bytes_of(const Value& value) {
  if (const auto* document = std::get_if<const Document*>(&value)) {
    return whole(**document, limits_.xml_bytes);
  }
  Bytes bytes;
  SHOMEI_TRY(feed(value, [&](ByteView piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); }));
  return bytes;
}

Result<NodeSet> ReferenceChecker::nodes_of(Value& value) {
  if (const auto* nodes = std::get_if<NodeSet>(&value)) {
    return *nodes;
  }
  SHOMEI_TRY(const Bytes bytes, bytes_of(value));
  SHOMEI_TRY(OwnedXmlDoc parsed, parse_xml(bytes, limits_));
  parsed_.push_back(std::move(parsed));
  return NodeSet{.document = parsed_.back().get(), .comments = true};
}

Result<bool> ReferenceChecker::decode(Value& value, ReferenceOutcome& outcome) {
  Result<Bytes> decoded = Bytes();
  if (const auto* nodes = std::get_if<NodeSet>(&value)) {
    if (nodes->without != nullptr || nodes->without_signatures) {
      refuse(outcome, State::kForbidden, "base64 after a filter");
      return false;
    }
    decoded = from_base64(text_of(nodes->apex == nullptr ? xmlDocGetRootElement(nodes->document) : nodes->apex),
                          Blanks::kSkip);
  } else {
    SHOMEI_TRY(const Bytes bytes, bytes_of(value));
    decoded = from_base64(as_text(bytes), Blanks::kSkip);
  }
  if (!decoded) {
    refuse(outcome, State::kChanged, "not base64");
    return false;
  }
  value = std::move(*decoded);
  return true;
}

bool ReferenceChecker::without_own_signature(NodeSet& nodes, const SignatureFacts& signature) const {
  if (nodes.document != document_ || nodes.without != nullptr || nodes.apex == signature.element ||
      !(nodes.apex == nullptr || is_ancestor_or_self(nodes.apex, signature.element))) {
    return false;
  }
  nodes.without = signature.element;
  return true;
}

Result<bool> ReferenceChecker::filter(NodeSet& nodes, const XPathFilter& filter, const SignatureFacts& signature,
                                      ReferenceOutcome& outcome) {
  using Kind = XPathFilter::Kind;
  const bool beside = outcome.detached != nullptr;
  if (filter.kind == Kind::kWithoutOwnSignature) {
    return without_own_signature(nodes, signature);
  }
  if (filter.kind == Kind::kWithoutSignatures) {
    // A document beside the file is not searched for signatures: nobody would judge what is left out.
    outcome.partial |= beside && !elements(nodes.document, ns::kDs, "Signature").empty();
    nodes.without_signatures = true;
    return !has_ancestor_or_self(nodes.apex, ns::kDs, "Signature");
  }
  if (!beside) {
    return false;
  }
  SHOMEI_TRY(const auto found, elements_at(nodes.document, filter.path, budget_));
  if (filter.kind == Kind::kAllIfFound) {
    return !found.empty();
  }
  if (found.size() != 1 || nodes.apex != nullptr) {
    return false;
  }
  nodes.apex = found.front();
  outcome.partial = true;
  return true;
}

Result<bool> ReferenceChecker::filter(Value& value, const TransformFacts& step, const SignatureFacts& signature,
                                      ReferenceOutcome& outcome) {
  const auto filters = xpath_filters(step.element);
  bool fits = !filters.empty();
  if (fits) {
    SHOMEI_TRY(NodeSet nodes, nodes_of(value));
    for (const XPathFilter& each : filters) {
      SHOMEI_TRY(const bool applied, filter(nodes, each, signature, outcome));
      fits = fits && applied;
    }
    value = nodes;
  }
  if (!fits) {
    refuse(outcome, State::kForbidden, step.algorithm);
  }
  return fits;
}

Result<bool> ReferenceChecker::transform(Value& value, const TransformFacts& step, const SignatureFacts& signature,
                                         ReferenceOutcome& outcome) {
  auto* nodes = std::get_if<NodeSet>(&value);
  if (step.algorithm == kEnvelopedSignature && !step.has_other_children && nodes != nullptr &&
      without_own_signature(*nodes, signature)) {
    return true;
  }
  if (step.algorithm == kXPathTransform || step.algorithm == kXPathFilter2) {
    return filter(value, step, signature, outcome);
  }
  if (step.algorithm == kBase64Transform && !step.has_other_children) {
    return decode(value, outcome);
  }
  auto method = canonicalization_from(step.algorithm);
  if (method && !step.has_other_children) {
    SHOMEI_TRY(const NodeSet canonical, nodes_of(value));
    method->inclusive_prefixes = step.prefixes;
    value = Canonical{canonical, std::move(*method)};
    return true;
  }
  refuse(outcome, State::kForbidden, step.algorithm);
  return false;
}

/// XML-DSig 4.4.3.2: nodes become octets by Canonical XML 1.0 without comments, unless somebody says otherwise.
Result<void> ReferenceChecker::feed(const Value& value, const std::function<void(ByteView)>& take,
                                    const Canonicalization& for_nodes) {
  if (const auto* nodes = std::get_if<NodeSet>(&value)) {
    return canonicalize(*nodes, for_nodes, budget_, take);
  }
  if (const auto* canonical = std::get_if<Canonical>(&value)) {
    return canonicalize(canonical->nodes, canonical->method, budget_, take);
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    take(*bytes);
    return {};
  }
  return for_each_piece(*std::get<const Document*>(value), take);
}

Result<std::optional<ReferenceChecker::Value>> ReferenceChecker::transformed(const SignatureFacts& signature,
                                                                             const ReferenceFacts& reference,
                                                                             ReferenceOutcome& outcome) {
  SHOMEI_TRY(auto value, find(signature, reference, outcome));
  if (!value) {
    return std::nullopt;
  }
  for (const TransformFacts& step : reference.transforms) {
    auto goes_on = transform(*value, step, signature, outcome);
    if (!goes_on && is_of_the_reference(goes_on.error())) {
      refuse(outcome, State::kForbidden, goes_on.error().detail);
      return std::nullopt;
    }
    SHOMEI_TRY(const bool more, std::move(goes_on));
    if (!more) {
      return std::nullopt;
    }
  }
  return value;
}

Result<std::string> ReferenceChecker::octets(const SignatureFacts& signature, const ReferenceFacts& reference,
                                             const Canonicalization& for_nodes,
                                             const std::function<void(ByteView)>& take) {
  ReferenceOutcome outcome;
  SHOMEI_TRY(const auto value, transformed(signature, reference, outcome));
  if (!value) {
    return fmt::format("Reference \"{}\": {}", reference.uri.value_or(""), outcome.detail);
  }
  SHOMEI_TRY(feed(*value, take, for_nodes));
  return std::string();
}

Result<ReferenceOutcome> ReferenceChecker::check(const SignatureFacts& signature, const ReferenceFacts& reference) {
  ReferenceOutcome outcome;
  const auto algorithm = digest_from_uri(reference.digest_method);
  if (!algorithm) {
    refuse(outcome, State::kUnknownDigest, reference.digest_method);
    return outcome;
  }
  SHOMEI_TRY(const auto value, transformed(signature, reference, outcome));
  if (!value) {
    return outcome;
  }
  DigestStream stream(*algorithm);
  bool empty = true;
  SHOMEI_TRY(feed(*value, [&](ByteView piece) {
    stream.update(piece);
    empty = empty && piece.empty();
    if (keep_bytes_) {
      outcome.signed_bytes.insert(outcome.signed_bytes.end(), piece.begin(), piece.end());
    }
  }));
  const bool from_nodes = std::holds_alternative<NodeSet>(*value) || std::holds_alternative<Canonical>(*value);
  if (from_nodes && empty) {
    refuse(outcome, State::kForbidden, "empty canonical form");
  } else if (stream.finish() != reference.digest_value) {
    refuse(outcome, State::kChanged, reference.uri == "" ? "the whole document" : reference.uri.value_or("no URI"));
    outcome.signed_bytes.clear();
  } else {
    outcome.state = State::kIntact;
  }
  return outcome;
}

}  // namespace shomei::signing
