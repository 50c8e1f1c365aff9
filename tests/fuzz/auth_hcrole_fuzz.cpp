// links: shomei_x509
#include <cstddef>
#include <cstdint>

#include "auth/x509/hc_role.h"

using namespace shomei;

/// The value of a subjectDirectoryAttributes extension.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto roles = auth::parse_hc_roles({data, size});
  if (roles) {
    for (const auth::HcRole& role : *roles) {
      SHOMEI_CHECK(!role.text.empty() && role.text.size() <= 256 && !role.scheme.empty());
    }
  }
  return 0;
}
