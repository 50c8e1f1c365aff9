// card_bench_pkcs11 URI COUNT, with the PIN on stdin: the same through libp11 and another PKCS#11 module, in one
// process. Prints the virtual card's statistics.
#include <cstdio>
#include <cstdlib>

#include "base/pin.h"
#include "pkcs11/key.h"
#include "tests/doubles/vcard_control.h"

namespace {

using namespace shomei;

Result<void> prove(const char* text, int count, Pin pin) {
  SHOMEI_TRY(const auto uri, pkcs11::Uri::parse(text));
  SHOMEI_TRY(const auto key, pkcs11::Pkcs11Key::open(uri));
  SHOMEI_TRY(const auto outcome, key->login(std::move(pin), pkcs11::LastTry::kKeep));
  SHOMEI_CHECK(outcome.verdict == pkcs11::PinOutcome::Verdict::kAccepted);
  for (int i = 0; i < count; ++i) {
    SHOMEI_TRY(const Bytes signature, key->sign_digest(DigestAlgorithm::kSha256, sha256({})));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return 64;
  }
  auto pin = read_pin(0);
  if (!pin) {
    return 64;
  }
  testing::VcardControl card;
  card.send("reset-stats");
  if (const auto done = prove(argv[1], std::atoi(argv[2]), *std::move(pin)); !done) {
    std::fprintf(stderr, "%s\n", describe(done.error()).c_str());
    return 70;
  }
  std::puts(card.send("stats").dump().c_str());
  return 0;
}
