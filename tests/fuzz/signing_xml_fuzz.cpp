// links: shomei_signing
// XML signatures: parser, canonicalisation, references, properties, judgement and report.
#include <nlohmann/json.hpp>

#include "signing/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shomei::signing;
  static const XmlLibrary library;
  VerifyInputs inputs{.file = Document::from_bytes("fuzz", {data, data + size}),
                      .detached = {Document::from_bytes("content.xml", {data, data + size / 2})},
                      .evidence = {},
                      .at = shomei::Time(std::chrono::seconds(1775002800))};
  inputs.policy.limits.work = 1'000'000;
  if (const auto report = verify(library, inputs)) {
    to_json(*report, shomei::Language::kJa).dump();
    // Nothing was given as an anchor.
    SHOMEI_CHECK(report->indication != Indication::kTotalPassed);
  }
  return 0;
}
