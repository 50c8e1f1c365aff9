// card_bench authentication|signature COUNT cold|warm, with the PIN on stdin: what it takes from a card just inserted
// to COUNT signatures and the certificate that goes with them. `warm` does it once before, then counts the second time,
// with the certificate cache filled. Prints the virtual card's statistics.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "cards/card_signing_key.h"
#include "cards/certificate_cache.h"
#include "cards/connection.h"
#include "cards/readers.h"
#include "tests/doubles/vcard_control.h"

namespace {

using namespace shomei;
using namespace shomei::cards;

Result<void> prove(Use use, int count, const Pin& pin, CertificateCache& cache) {
  SHOMEI_TRY(const auto readers, Readers::open());
  SHOMEI_TRY(const auto states, readers.states());
  SHOMEI_TRY(const auto reader, choose_reader(states));
  SHOMEI_TRY(auto connection, CardConnection::open(reader));
  SHOMEI_TRY(const auto channel, connection.begin());
  SHOMEI_TRY(auto application, open_hpki(*channel, use, &cache));
  CardSigningKey key(*channel, std::move(application), &pin);
  for (int i = 0; i < count; ++i) {
    SHOMEI_TRY(const Bytes signature, key.sign_digest(DigestAlgorithm::kSha256, sha256({})));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    return 64;
  }
  const Use use = std::string_view(argv[1]) == "signature" ? Use::kSignature : Use::kAuthentication;
  const auto pin = read_pin(0);
  CertificateCache cache;
  shomei::testing::VcardControl card;
  for (int rounds = std::string_view(argv[3]) == "warm" ? 2 : 1; pin && rounds > 0; --rounds) {
    card.send("reset-stats");
    if (const auto done = prove(use, std::atoi(argv[2]), *pin, cache); !done) {
      std::fprintf(stderr, "%s\n", describe(done.error()).c_str());
      return 70;
    }
  }
  std::puts(card.send("stats").dump().c_str());
  return 0;
}
