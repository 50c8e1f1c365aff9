// links: shomei_pkcs11
#include "pkcs11/uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto uri = shomei::pkcs11::Uri::parse(shomei::as_text({data, size}));
  SHOMEI_CHECK(uri || uri.error().code == shomei::Code::kPkcs11Uri);
  return 0;
}
