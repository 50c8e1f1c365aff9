// links: shomei_signing
// Signatures of both formats without any source: what is read of time stamps, values and their order before something
// is added. A source that never answers lets it go as far as the imprint.
#include "signing/cades/cades_extend.h"
#include "signing/extend.h"
#include "signing/xades/xades_extend.h"

namespace {

class Away final : public shomei::signing::TimestampSource {
 public:
  shomei::Result<shomei::Bytes> stamp(shomei::DigestAlgorithm, shomei::ByteView) override {
    return shomei::fail(shomei::Code::kNetUnreachable);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shomei::signing;
  static const XmlLibrary library;
  static Away away;
  const shomei::FixedClock clock(shomei::Time(std::chrono::seconds(1775002800)));
  const shomei::Bytes bytes(data, data + size);
  ExtendRequest request{.file = Document::from_bytes("fuzz", bytes),
                        .detached = {Document::from_bytes("content", {'x'})},
                        .level = Level::kLTA,
                        .stamps = size % 2 == 0 ? &away : nullptr};
  request.policy.limits.work = 5'000'000;
  const auto made = extend(library, request, clock);
  SHOMEI_CHECK(!made || !made->pending.empty());
  // What the verification keeps out must not harm either.
  if (!made && !bytes.empty()) {
    const auto loose =
        bytes.front() == 0x30 ? extend_cades(bytes, request, clock.now()) : extend_xades(bytes, request, clock.now());
    SHOMEI_CHECK(!loose || !loose->pending.empty());
  }
  return 0;
}
