#pragma once

#include <deque>
#include <span>
#include <variant>

#include "signing/document.h"
#include "signing/xml/xmldsig_facts.h"
#include "signing/xml/xpath_filter.h"

namespace shomei::signing {

struct ReferenceOutcome {
  enum class State : std::uint8_t { kIntact, kChanged, kNotFound, kAmbiguous, kForbidden, kUnknownDigest };
  State state = State::kForbidden;
  /// Which rule was broken, for people; empty when intact.
  std::string detail = {};
  /// The element that the reference names in this document; null for the whole document or another file.
  const xmlNode* element = nullptr;
  /// The document beside the file that it names, if it is one.
  const Document* detached = nullptr;
  /// Only a part of `detached` was digested.
  bool partial = false;
  /// What was digested; only when asked for and intact.
  Bytes signed_bytes = {};
};

/// Finds what references name, transforms and digests it (XML-DSig 4.4.3.2). Same-document references are "" and "#id"
/// with an unambiguous id; any other URI is the name of a document that was handed in, no URI the only one that was: no
/// file is opened and nothing is fetched because a signature says so. Transforms: enveloped-signature,
/// canonicalisation, base64, and the XPath expressions of xpath_filter.h: those that leave signatures out everywhere,
/// paths in documents beside the file only.
class ReferenceChecker {
 public:
  ReferenceChecker(const xmlDoc* document, const IdIndex& ids, std::span<const Document> detached, const Limits& limits,
                   WorkBudget& budget, bool keep_bytes)
      : document_(document),
        ids_(ids),
        detached_(detached),
        limits_(limits),
        budget_(budget),
        keep_bytes_(keep_bytes) {}

  /// Whether more than one element could be meant by "#id".
  bool is_ambiguous(const std::string& id) const { return ids_.find(id).ambiguous; }
  /// Errors: work.budget_spent; input.* of a detached document.
  Result<ReferenceOutcome> check(const SignatureFacts& signature, const ReferenceFacts& reference);

  /// Hands what the reference's digest is over to `take` in pieces, without asking for the digest: octets as the
  /// transforms leave them, nodes by `for_nodes`. Empty where that was done, otherwise which rule was broken. Errors:
  /// as `check`.
  Result<std::string> octets(const SignatureFacts& signature, const ReferenceFacts& reference,
                             const Canonicalization& for_nodes, const std::function<void(ByteView)>& take);

 private:
  struct Canonical {
    NodeSet nodes;
    Canonicalization method;
  };
  /// Nodes, nodes whose canonical form is meant, bytes, or a document's bytes.
  using Value = std::variant<NodeSet, Canonical, Bytes, const Document*>;

  /// Both: the outcome is filled where there is nothing to go on with.
  Result<std::optional<Value>> transformed(const SignatureFacts& signature, const ReferenceFacts& reference,
                                           ReferenceOutcome& outcome);
  Result<std::optional<Value>> find(const SignatureFacts& signature, const ReferenceFacts& reference,
                                    ReferenceOutcome& outcome);
  const Document* find_detached(const SignatureFacts& signature, const std::optional<std::string>& uri) const;
  Result<bool> transform(Value& value, const TransformFacts& step, const SignatureFacts& signature,
                         ReferenceOutcome& outcome);
  /// False where it does not belong to this signature.
  bool without_own_signature(NodeSet& nodes, const SignatureFacts& signature) const;
  Result<bool> filter(Value& value, const TransformFacts& step, const SignatureFacts& signature,
                      ReferenceOutcome& outcome);
  Result<bool> filter(NodeSet& nodes, const XPathFilter& filter, const SignatureFacts& signature,
                      ReferenceOutcome& outcome);
  Result<bool> decode(Value& value, ReferenceOutcome& outcome);
  Result<Bytes> bytes_of(const Value& value);
  Result<NodeSet> nodes_of(Value& value);
  Result<void> feed(const Value& value, const std::function<void(ByteView)>& take,
                    const Canonicalization& for_nodes = {});

  const xmlDoc* document_;
  const IdIndex& ids_;
  std::span<const Document> detached_;
  const Limits& limits_;
  WorkBudget& budget_;
  bool keep_bytes_;
  std::deque<OwnedXmlDoc> parsed_;
};

/// "a%20b" to "a b"; "./" at the beginning dropped.
std::string file_name_of_uri(std::string_view uri);
/// The reverse: everything but unreserved characters of RFC 3986 percent-encoded.
std::string uri_of_file_name(std::string_view name);

}  // namespace shomei::signing
