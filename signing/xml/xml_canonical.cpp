#include "signing/xml/xml_canonical.h"

#include <libxml/c14n.h>
#include <libxml/xmlIO.h>

#include <array>
#include <atomic>
#include <utility>

namespace shomei::signing {
namespace {

using Kind = Canonicalization::Kind;

struct Method {
  std::string_view algorithm;
  Kind kind;
  bool with_comments;
};
constexpr auto kMethods = std::to_array<Method>({
    {"http://www.w3.org/2001/10/xml-exc-c14n#", Kind::kExclusive, false},
    {"http://www.w3.org/2001/10/xml-exc-c14n#WithComments", Kind::kExclusive, true},
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", Kind::kInclusive10, false},
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", Kind::kInclusive10, true},
    {"http://www.w3.org/2006/12/xml-c14n11", Kind::kInclusive11, false},
    {"http://www.w3.org/2006/12/xml-c14n11#WithComments", Kind::kInclusive11, true},
});

int mode(Kind kind) {
  switch (kind) {
    case Kind::kInclusive10: return XML_C14N_1_0;
    case Kind::kInclusive11: return XML_C14N_1_1;
    case Kind::kExclusive: return XML_C14N_EXCLUSIVE_1_0;
  }
  SHOMEI_CHECK(false);
  return 0;
}

/// Marks of different walks differ, so none has to be taken back.
void* fresh_mark() {
  static std::atomic<std::uintptr_t> last = 0;
  return reinterpret_cast<void*>(++last);
}

/// libxml2 asks of every node whether it is in the set, parents before their children: an element that is gets a mark,
/// and what has a marked parent is in the set too, however deep it lies.
struct Walk {
  const NodeSet& nodes;
  const std::function<void(ByteView)>& take;
  const std::uint64_t most;
  const bool inclusive;
  void* const mark = fresh_mark();
  xmlOutputBuffer* out = nullptr;
  std::uint64_t steps = 0;
  const xmlNode* element = nullptr;
  std::uint64_t namespaces_of_element = 0;

  bool spend(std::uint64_t count) {
    steps += count;
    return steps <= most;
  }

  bool excluded(const xmlNode* node) const {
    return node == nodes.without || (nodes.without_signatures && is_element(node, ns::kDs, "Signature"));
  }

  bool visible(xmlNode* node, const xmlNode* parent) {
    const bool inside = parent == nullptr ? nodes.apex == nullptr : parent->_private == mark;
    if (node->type != XML_ELEMENT_NODE) {
      return inside;
    }
    if ((!inside && node != nodes.apex) || excluded(node)) {
      return false;
    }
    node->_private = mark;
    return true;
  }

  /// For inclusive forms libxml2 looks up each namespace in scope, for every element, from the element upwards.
  std::uint64_t price(const xmlNode* node, const xmlNode* parent) {
    if (!inclusive || node->type != XML_NAMESPACE_DECL) {
      return 1;
    }
    if (element != parent) {
      element = parent;
      namespaces_of_element = 0;
    }
    return ++namespaces_of_element;
  }
};

/// A long text (an image in base64) of which nothing is escaped goes out as it stands; libxml2, which would copy it
/// several times, is told that it is not in the set.
bool passed_on(Walk& walk, const xmlNode* node) {
  constexpr std::size_t kLong = 1024;
  if ((node->type != XML_TEXT_NODE && node->type != XML_CDATA_SECTION_NODE) || node->content == nullptr) {
    return false;
  }
  const std::string_view text = reinterpret_cast<const char*>(node->content);
  const auto has = [&](char escaped) { return text.find(escaped) != std::string_view::npos; };
  if (text.size() < kLong || has('&') || has('<') || has('>') || has('\r') || !walk.spend(text.size())) {
    return false;
  }
  xmlOutputBufferFlush(walk.out);
  walk.take(as_bytes(text));
  return true;
}

int is_visible(void* context, xmlNode* node, xmlNode* parent) {
  auto& walk = *static_cast<Walk*>(context);
  return walk.spend(walk.price(node, parent)) && walk.visible(node, parent) && !passed_on(walk, node) ? 1 : 0;
}

int write_piece(void* context, const char* data, int length) {
  auto& walk = *static_cast<Walk*>(context);
  const auto size = static_cast<std::size_t>(length);
  if (!walk.spend(size)) {
    return -1;
  }
  walk.take(as_bytes({data, size}));
  return length;
}

/// While it lives, the apex stands in a document of its own below copies of its ancestors, which share their names,
/// namespaces and attributes: all that a canonical form takes from outside of the subtree, and nothing to walk through.
class Cutting {
 public:
  explicit Cutting(const NodeSet& nodes) : document_(xmlNewDoc(nullptr)), apex_(const_cast<xmlNode*>(nodes.apex)) {
    SHOMEI_CHECK(document_ != nullptr);
    document_->charset = nodes.document->charset;
    parent_ = apex_->parent;
    previous_ = std::exchange(apex_->prev, nullptr);
    next_ = std::exchange(apex_->next, nullptr);
    for (const xmlNode* up = parent_; up != nullptr && up->type == XML_ELEMENT_NODE; up = up->parent) {
      ancestors_.push_back(*up);
    }
    xmlNode* below = apex_;
    for (xmlNode& copy : ancestors_) {
      below->parent = &copy;
      copy.children = copy.last = below;
      copy.prev = copy.next = nullptr;
      copy._private = nullptr;
      below = &copy;
    }
    below->parent = reinterpret_cast<xmlNode*>(document_.get());
    document_->children = document_->last = below;
  }
  Cutting(const Cutting&) = delete;
  Cutting& operator=(const Cutting&) = delete;
  ~Cutting() {
    apex_->parent = parent_;
    apex_->prev = previous_;
    apex_->next = next_;
    document_->children = document_->last = nullptr;
  }
  xmlDoc* document() { return document_.get(); }

 private:
  OwnedXmlDoc document_;
  xmlNode* apex_;
  xmlNode* parent_;
  xmlNode* previous_;
  xmlNode* next_;
  std::vector<xmlNode> ancestors_;
};

int no_close(void*) {
  return 0;
}

}  // namespace

std::optional<Canonicalization> canonicalization_from(std::string_view algorithm) {
  for (const Method& method : kMethods) {
    if (method.algorithm == algorithm) {
      return Canonicalization{method.kind, method.with_comments};
    }
  }
  return std::nullopt;
}

Result<void> canonicalize(const NodeSet& nodes, const Canonicalization& method, WorkBudget& budget,
                          const std::function<void(ByteView)>& take) {
  std::vector<xmlChar*> prefixes;
  prefixes.reserve(method.inclusive_prefixes.size() + 1);
  for (const std::string& prefix : method.inclusive_prefixes) {
    prefixes.push_back(reinterpret_cast<xmlChar*>(const_cast<char*>(prefix.c_str())));
  }
  prefixes.push_back(nullptr);
  Walk walk{.nodes = nodes, .take = take, .most = budget.left(), .inclusive = method.kind != Kind::kExclusive};
  walk.out = xmlOutputBufferCreateIO(write_piece, no_close, &walk, nullptr);
  SHOMEI_CHECK(walk.out != nullptr);
  std::optional<Cutting> cutting;
  auto* document = const_cast<xmlDoc*>(nodes.document);
  if (nodes.apex != nullptr) {
    document = cutting.emplace(nodes).document();
  } else {
    document->_private = walk.mark;
  }
  const int made = xmlC14NExecute(document, is_visible, &walk, mode(method.kind), prefixes.data(),
                                  nodes.comments && method.with_comments ? 1 : 0, walk.out);
  const int closed = xmlOutputBufferClose(walk.out);
  SHOMEI_TRY(budget.spend("canonical XML", walk.steps));
  if (made < 0 || closed < 0) {
    return fail(Code::kXmlMalformed, "no canonical form");
  }
  return {};
}

Result<Bytes> canonical_bytes(const NodeSet& nodes, const Canonicalization& method, WorkBudget& budget) {
  Bytes bytes;
  SHOMEI_TRY(canonicalize(nodes, method, budget,
                          [&](ByteView piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); }));
  return bytes;
}

}  // namespace shomei::signing
