#pragma once

#include <libxml/tree.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/openssl.h"
#include "signing/policy.h"

namespace shomei::signing {

using OwnedXmlDoc = Owned<xmlDoc, xmlFreeDoc>;

namespace ns {
inline constexpr std::string_view kDs = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view kXades = "http://uri.etsi.org/01903/v1.3.2#";
inline constexpr std::string_view kXades141 = "http://uri.etsi.org/01903/v1.4.1#";
}  // namespace ns

/// Parses a whole document within the limits: no DTD, no entities but the five of XML, no network, bounded depth and
/// namespaces in scope. Errors: input.empty, input.too_large, xml.malformed (with the line), xml.forbidden.
Result<OwnedXmlDoc> parse_xml(ByteView xml, const Limits& limits);

bool is_element(const xmlNode* node, std::string_view name_space, std::string_view local_name);
/// Child elements in document order.
std::vector<const xmlNode*> child_elements(const xmlNode* parent);
/// Child elements of that name.
std::vector<const xmlNode*> children(const xmlNode* parent, std::string_view name_space, std::string_view local_name);
/// The child element of that name when there is exactly one, else null.
const xmlNode* only_child(const xmlNode* parent, std::string_view name_space, std::string_view local_name);
/// An attribute without namespace.
std::optional<std::string> attribute(const xmlNode* element, std::string_view name);
/// Text and CDATA of all descendants, as in XPath's string().
std::string text_of(const xmlNode* element);
/// Every element of that name, in document order.
std::vector<const xmlNode*> elements(const xmlDoc* document, std::string_view name_space, std::string_view local_name);
/// Position of `element` among all elements of its document in document order, from 0.
std::size_t element_number(const xmlNode* element);
/// "/Document/Prescription/PrescriptionSign": local names, for people.
std::string path_of(const xmlNode* element);
bool is_ancestor_or_self(const xmlNode* ancestor, const xmlNode* node);
/// Whether `node` or one above it is an element of that name; false for null.
bool has_ancestor_or_self(const xmlNode* node, std::string_view name_space, std::string_view local_name);
std::string_view local_name(const xmlNode* node);

/// Which element carries which identifier. Without a schema every attribute whose local name is "id" in any case may be
/// one; what another program could resolve differently is therefore ambiguous and not resolved at all.
class IdIndex {
 public:
  explicit IdIndex(const xmlDoc* document);
  struct Found {
    const xmlNode* element = nullptr;
    /// Carried by several elements, or by an attribute in a foreign namespace.
    bool ambiguous = false;
  };
  /// Null element where nothing carries `id`.
  Found find(const std::string& id) const;

 private:
  std::unordered_map<std::string, Found> found_;
};

}  // namespace shomei::signing
