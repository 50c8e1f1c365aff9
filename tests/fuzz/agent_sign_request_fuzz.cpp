// Bodies of POST /v1/sign, and texts on their way into a dialog.
// links: shomei_agent
#include <nlohmann/json.hpp>

#include "agent/prompt_text.h"
#include "agent/sign_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = shomei::as_text({data, size});
  const auto body = shomei::parse_json(text);
  const auto order = body ? shomei::agent::parse_sign_request(*body, {}) : shomei::fail(shomei::Code::kJsonMalformed);
  if (order && order->documents.empty()) {
    __builtin_trap();
  }
  const std::string shown = shomei::agent::shown(text, 60);
  if (shomei::agent::shown(shown, 61) != shown) {
    __builtin_trap();
  }
  return 0;
}
