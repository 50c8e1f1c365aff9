#include "signing/xades/prescription.h"

namespace shomei::signing {
namespace {

const xmlNode* only_named(const xmlNode* parent, std::string_view name) {
  const xmlNode* found = nullptr;
  for (const xmlNode* node : child_elements(parent)) {
    if (node->ns == nullptr && local_name(node) == name) {
      if (found != nullptr) {
        return nullptr;
      }
      found = node;
    }
  }
  return found;
}

bool is_named(const xmlNode* node, std::string_view name) {
  return node != nullptr && node->type == XML_ELEMENT_NODE && node->ns == nullptr && local_name(node) == name;
}

}  // namespace

std::optional<const xmlNode*> prescription_layout(const xmlNode* signature) {
  const xmlNode* holder = signature->parent;
  if (is_named(holder, "PrescriptionSign") &&
      (is_named(holder->parent, "Prescription") || is_named(holder->parent, "ReferencePrescription"))) {
    return only_named(holder->parent, "PrescriptionDocument");
  }
  if (is_named(holder, "DispensingSign")) {
    return only_named(holder->parent, "Dispensing");
  }
  return std::nullopt;
}

}  // namespace shomei::signing
