// links: shomei_base
#include "base/der.h"

namespace {

// What reads must write back to the same bytes: DER has one encoding.
void walk(shomei::der::Reader reader) {
  while (!reader.at_end()) {
    const auto element = reader.next();
    if (!element) {
      return;
    }
    const shomei::Bytes again = shomei::der::wrap(element->tag, element->value);
    SHOMEI_CHECK(std::equal(again.begin(), again.end(), element->whole.begin(), element->whole.end()));
    if (element->tag == shomei::der::tag::kOid) {
      if (const auto text = shomei::der::oid_text(element->value)) {
        SHOMEI_CHECK(shomei::der::oid(*text) == shomei::to_bytes(element->whole));
      }
    }
    if ((element->tag & 0x20) != 0) {
      if (const auto inner = reader.inside(*element)) {
        walk(*inner);
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  walk(shomei::der::Reader({data, size}));
  return 0;
}
