#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/work_budget.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {

/// A canonicalisation method with its parameter.
struct Canonicalization {
  enum class Kind : std::uint8_t { kInclusive10, kInclusive11, kExclusive } kind = Kind::kInclusive10;
  bool with_comments = false;
  /// PrefixList of InclusiveNamespaces (exclusive only; "#default" as it stands).
  std::vector<std::string> inclusive_prefixes = {};
};

/// Canonical XML 1.0, 1.1 and exclusive, each with and without comments; nothing for another algorithm.
std::optional<Canonicalization> canonicalization_from(std::string_view algorithm);

/// The nodes of `document`, or of the subtree at `apex`, without the subtree `without`, or without those of every
/// ds:Signature.
struct NodeSet {
  const xmlDoc* document = nullptr;
  const xmlNode* apex = nullptr;
  const xmlNode* without = nullptr;
  bool without_signatures = false;
  bool comments = false;
};

/// Hands the canonical bytes to `take` in pieces. Spends one step for each node looked at and each byte made, and in
/// inclusive forms n steps for the n-th namespace in scope of each element. Takes as long as what it makes, wherever
/// the apex stands and however deep its nodes lie. The tree is marked (`_private` of its elements) and, while it runs,
/// the apex unhinged: a document serves one thread at a time. Errors: work.budget_spent, xml.malformed (a relative
/// namespace or another thing C14N has no form for).
Result<void> canonicalize(const NodeSet& nodes, const Canonicalization& method, WorkBudget& budget,
                          const std::function<void(ByteView)>& take);

/// The same, all at once.
Result<Bytes> canonical_bytes(const NodeSet& nodes, const Canonicalization& method, WorkBudget& budget);

}  // namespace shomei::signing
