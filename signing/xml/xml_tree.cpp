#include "signing/xml/xml_tree.h"

#include <algorithm>

namespace shomei::signing {
namespace {

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

/// The node after `node` in document order that is not inside it, below `top`.
const xmlNode* after(const xmlNode* node, const xmlNode* top) {
  while (node != nullptr && node != top && node->next == nullptr) {
    node = node->parent;
  }
  return node == nullptr || node == top ? nullptr : node->next;
}

const xmlNode* next_in_document(const xmlNode* node, const xmlNode* top) {
  return node->type == XML_ELEMENT_NODE && node->children != nullptr ? node->children : after(node, top);
}

template <class Visit>
void for_each_node(const xmlNode* top, Visit visit) {
  for (const xmlNode* node = top; node != nullptr; node = node == top ? node->children : next_in_document(node, top)) {
    visit(node);
  }
}

/// Names of a parsed document are kept once: equal names are equal pointers, and one that is not there is null.
const xmlChar* interned(const xmlDoc* document, std::string_view name) {
  return xmlDictExists(document->dict, reinterpret_cast<const xmlChar*>(name.data()), static_cast<int>(name.size()));
}

std::string value_of(const xmlAttr* attr) {
  std::string value;
  for (const xmlNode* part = attr->children; part != nullptr; part = part->next) {
    value += view(part->content);
  }
  return value;
}

bool says_id(const xmlAttr* attr) {
  return (attr->name[0] | 0x20) == 'i' && (attr->name[1] | 0x20) == 'd' && attr->name[2] == 0;
}

bool is_foreign(const xmlAttr* attr) {
  return attr->ns != nullptr && view(attr->ns->href) != view(XML_XML_NAMESPACE);
}

}  // namespace

std::string_view local_name(const xmlNode* node) {
  return view(node->name);
}

bool is_element(const xmlNode* node, std::string_view name_space, std::string_view local) {
  return node != nullptr && node->type == XML_ELEMENT_NODE && view(node->name) == local && node->ns != nullptr &&
         view(node->ns->href) == name_space;
}

std::vector<const xmlNode*> child_elements(const xmlNode* parent) {
  std::vector<const xmlNode*> found;
  for (const xmlNode* node = parent->children; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) {
      found.push_back(node);
    }
  }
  return found;
}

std::vector<const xmlNode*> children(const xmlNode* parent, std::string_view name_space, std::string_view local) {
  std::vector<const xmlNode*> found = child_elements(parent);
  std::erase_if(found, [&](const xmlNode* node) { return !is_element(node, name_space, local); });
  return found;
}

const xmlNode* only_child(const xmlNode* parent, std::string_view name_space, std::string_view local) {
  const auto found = children(parent, name_space, local);
  return found.size() == 1 ? found.front() : nullptr;
}

std::optional<std::string> attribute(const xmlNode* element, std::string_view name) {
  for (const xmlAttr* attr = element->properties; attr != nullptr; attr = attr->next) {
    if (attr->ns == nullptr && view(attr->name) == name) {
      return value_of(attr);
    }
  }
  return std::nullopt;
}

std::string text_of(const xmlNode* element) {
  std::string text;
  for_each_node(element, [&](const xmlNode* node) {
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
      text += view(node->content);
    }
  });
  return text;
}

std::vector<const xmlNode*> elements(const xmlDoc* document, std::string_view name_space, std::string_view local) {
  std::vector<const xmlNode*> found;
  const xmlChar* name = interned(document, local);
  const xmlNode* root = name == nullptr ? nullptr : xmlDocGetRootElement(document);
  for_each_node(root, [&](const xmlNode* node) {
    if (node->name == name && is_element(node, name_space, local)) {
      found.push_back(node);
    }
  });
  return found;
}

std::size_t element_number(const xmlNode* element) {
  std::size_t number = 0;
  bool found = false;
  for_each_node(xmlDocGetRootElement(element->doc), [&](const xmlNode* node) {
    found = found || node == element;
    number += node->type == XML_ELEMENT_NODE && !found ? 1 : 0;
  });
  return number;
}

std::string path_of(const xmlNode* element) {
  std::string path;
  for (const xmlNode* node = element; node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent) {
    path.insert(0, "/" + std::string(local_name(node)));
  }
  return path;
}

bool is_ancestor_or_self(const xmlNode* ancestor, const xmlNode* node) {
  while (node != nullptr && node != ancestor) {
    node = node->parent;
  }
  return node != nullptr;
}

bool has_ancestor_or_self(const xmlNode* node, std::string_view name_space, std::string_view local) {
  while (node != nullptr && !is_element(node, name_space, local)) {
    node = node->parent;
  }
  return node != nullptr;
}

IdIndex::IdIndex(const xmlDoc* document) {
  for_each_node(xmlDocGetRootElement(document), [&](const xmlNode* node) {
    for (const xmlAttr* attr = node->type == XML_ELEMENT_NODE ? node->properties : nullptr; attr != nullptr;
         attr = attr->next) {
      if (says_id(attr)) {
        const auto [row, fresh] = found_.try_emplace(value_of(attr), Found{node, is_foreign(attr)});
        row->second.ambiguous |= is_foreign(attr) || (!fresh && row->second.element != node);
      }
    }
  });
}

IdIndex::Found IdIndex::find(const std::string& id) const {
  const auto row = found_.find(id);
  return row == found_.end() ? Found{} : row->second;
}

}  // namespace shomei::signing
