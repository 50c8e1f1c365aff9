// links: shomei_signing
// CMS: BER, attributes, embedded certificates, CRLs and time stamps, judgement and report.
#include <nlohmann/json.hpp>

#include "signing/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shomei::signing;
  static const XmlLibrary library;
  shomei::Bytes cms(data, data + size);
  if (!cms.empty()) {
    cms.front() = 0x30;
  }
  VerifyInputs inputs{.file = Document::from_bytes("fuzz", std::move(cms)),
                      .detached = {Document::from_bytes("content", {'x'})},
                      .evidence = {},
                      .at = shomei::Time(std::chrono::seconds(1775002800))};
  if (const auto report = verify(library, inputs)) {
    to_json(*report).dump();
    SHOMEI_CHECK(report->indication != Indication::kTotalPassed);
  }
  return 0;
}
