#pragma once

#include "base/work_budget.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {

inline constexpr std::string_view kXPathTransform = "http://www.w3.org/TR/1999/REC-xpath-19991116";
inline constexpr std::string_view kXPathFilter2 = "http://www.w3.org/2002/06/xmldsig-filter2";

/// "name" or "prefix:name" of a step, with at most one test of an attribute without namespace.
struct XPathStep {
  std::string name_space;
  std::string name;
  std::string attribute = {};
  /// Compared as a number (XPath 1.0 3.4) where `is_number`, else as it stands.
  std::string value = {};
  bool is_number = false;
};

/// The expressions that signatures hold in practice, recognised by their form; there is no XPath engine, whose cost an
/// attacker could choose.
struct XPathFilter {
  enum class Kind : std::uint8_t {
    /// Without the signature that holds the expression: what enveloped-signature does.
    kWithoutOwnSignature,
    /// Without every ds:Signature.
    kWithoutSignatures,
    /// XPath 1.0: an absolute path is true for every node, or, where it finds nothing, for none.
    kAllIfFound,
    /// XPath Filter 2: the subtrees of the elements that it finds.
    kOnlyFound,
  } kind = Kind::kWithoutOwnSignature;
  /// Of kAllIfFound and kOnlyFound: child elements from the document's root on.
  std::vector<XPathStep> path = {};
};

/// What a ds:Transform of one of the two algorithms asks for: one filter, of XPath Filter 2 several that are all
/// applied. Empty for anything else that it says, `union` included.
std::vector<XPathFilter> xpath_filters(const xmlNode* transform);

/// The elements at `path`. One step of `budget` for each child looked at. Errors: work.budget_spent.
Result<std::vector<const xmlNode*>> elements_at(const xmlDoc* document, const std::vector<XPathStep>& path,
                                                WorkBudget& budget);

}  // namespace shomei::signing
