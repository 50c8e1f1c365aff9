#include "signing/holds_signature.h"

#include "signing/cades/cms_layout.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {

bool holds_signature(const Document& file) {
  const Limits limits;
  const auto bytes = whole(file, limits.xml_bytes);
  if (!bytes || bytes->empty()) {
    return false;
  }
  if (bytes->front() == 0x30) {
    const auto layout = read_layout(*bytes);
    return layout && !layout->signers.empty();
  }
  // The namespace must stand there in full; most files end here.
  if (!as_text(*bytes).contains(ns::kDs)) {
    return false;
  }
  const auto document = parse_xml(*bytes, limits);
  return document && !elements(document->get(), ns::kDs, "Signature").empty();
}

}  // namespace shomei::signing
