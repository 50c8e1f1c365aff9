// links: shomei_signing
// The policy file of `verify`.
#include "signing/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) {
    return 0;
  }
  const auto table = shomei::TomlTable::parse(shomei::as_text({data, size}), "fuzz");
  if (table) {
    const auto policy = shomei::signing::Policy::read(*table, "fuzz");
    // libxml2 counts in int, and no limit may be none.
    SHOMEI_CHECK(!policy || (policy->limits.xml_bytes > 0 && policy->limits.xml_bytes <= INT32_MAX &&
                             policy->limits.transforms > 0 && policy->limits.work > 0));
  }
  return 0;
}
