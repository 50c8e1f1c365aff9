// links: shomei_base
#include "base/toml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) {
    return 0;
  }
  const auto root = shomei::TomlTable::parse(shomei::as_text({data, size}), "fuzz");
  if (root) {
    static_cast<void>(root->text("a", ""));
    static_cast<void>(root->tables("b"));
    SHOMEI_CHECK(root->keys().empty() || root->contains(root->keys().front()));
    static_cast<void>(root->finish());
  }
  return 0;
}
