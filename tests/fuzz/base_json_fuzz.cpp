// links: shomei_base
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = shomei::parse_json(shomei::as_text({data, size}), {.max_bytes = 1 << 16});
  if (parsed) {
    const auto again = shomei::parse_json(parsed->dump(), {.max_bytes = 1 << 20});
    SHOMEI_CHECK(again.has_value() && *again == *parsed);
  }
  return 0;
}
