#include "signing/xml/xml_canonical.h"

#include <libxml/c14n.h>
#include <libxml/xmlIO.h>

#include <array>

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

/// libxml2 asks of every node whether it is in the set; neighbours have the same parent, so that answer is kept.
struct Walk {
  const NodeSet* nodes;
  WorkBudget* budget;
  const std::function<void(ByteView)>* take;
  const xmlNode* parent = nullptr;
  bool parent_inside = false;
  std::optional<Error> error = std::nullopt;

  bool spend(std::uint64_t steps) {
    if (!error) {
      if (auto spent = budget->spend("canonical XML", steps); !spent) {
        error = std::move(spent).error();
      }
    }
    return !error;
  }

  bool excluded(const xmlNode* node) const {
    return node == nodes->without || (nodes->without_signatures && is_element(node, ns::kDs, "Signature"));
  }

  bool inside(const xmlNode* node) {
    if (node != parent) {
      parent = node;
      parent_inside = nodes->apex == nullptr;
      for (const xmlNode* up = node; up != nullptr; up = up->parent) {
        if (excluded(up)) {
          parent_inside = false;
          break;
        }
        if (up == nodes->apex) {
          parent_inside = true;
          break;
        }
      }
    }
    return parent_inside;
  }

  bool visible(const xmlNode* node, const xmlNode* of) {
    if (node->type == XML_ELEMENT_NODE) {
      return !excluded(node) && (node == nodes->apex || inside(of));
    }
    return inside(of);
  }
};

int is_visible(void* context, xmlNode* node, xmlNode* parent) {
  auto& walk = *static_cast<Walk*>(context);
  return walk.spend(1) && walk.visible(node, parent) ? 1 : 0;
}

int write_piece(void* context, const char* data, int length) {
  auto& walk = *static_cast<Walk*>(context);
  const auto size = static_cast<std::size_t>(length);
  if (!walk.spend(size)) {
    return -1;
  }
  (*walk.take)(as_bytes({data, size}));
  return length;
}

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
  Walk walk{&nodes, &budget, &take};
  xmlOutputBuffer* out = xmlOutputBufferCreateIO(write_piece, no_close, &walk, nullptr);
  SHOMEI_CHECK(out != nullptr);
  const int made = xmlC14NExecute(const_cast<xmlDoc*>(nodes.document), is_visible, &walk, mode(method.kind),
                                  prefixes.data(), nodes.comments && method.with_comments ? 1 : 0, out);
  const int closed = xmlOutputBufferClose(out);
  if (walk.error) {
    return std::unexpected(std::move(*walk.error));
  }
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
