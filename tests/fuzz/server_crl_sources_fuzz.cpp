// links: shomei_server
#include <cstddef>
#include <cstdint>

#include "server/trust/crl_sources.h"

using namespace shomei;

/// What a source's list says of deltas, read before anything else of it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView list(data, size);
  static_cast<void>(server::is_delta_list(list));
  for (const std::string& url : server::freshest_urls(list)) {
    SHOMEI_CHECK(server::is_fetchable(url));
  }
  return 0;
}
