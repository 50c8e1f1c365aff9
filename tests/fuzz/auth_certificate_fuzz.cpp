// links: shomei_x509
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "auth/x509/validate.h"

using namespace shomei;

/// A certificate from a stranger: read, shown, and judged as its own anchor for every purpose.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auth::ProfileSet profiles = auth::ProfileSet::defaults();
  const auto certificate = auth::Certificate::parse({data, size});
  if (!certificate) {
    return 0;
  }
  static_cast<void>(to_json(*certificate).dump());
  static_cast<void>(certificate->public_key());
  const auth::ValidationInputs inputs{.anchors = {*certificate}, .chain = {*certificate}};
  for (const auth::Purpose purpose : {auth::Purpose::kAny, auth::Purpose::kSignature, auth::Purpose::kTimestamp}) {
    auth::ValidationOptions options;
    options.at = Time(std::chrono::sys_days(std::chrono::year(2026) / 4 / 1));
    options.purpose = purpose;
    static_cast<void>(to_json(validate(*certificate, inputs, options, profiles)).dump());
  }
  return 0;
}
