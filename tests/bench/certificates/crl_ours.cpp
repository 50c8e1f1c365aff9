// crl_ours FILE ENTRIES INDEX: what it takes us to load a CRL, check its signature and index it; and to open it again.
#include "auth/x509/load.h"
#include "base/digest.h"
#include "measure.h"

using namespace shomei;

namespace {

int run(const std::filesystem::path& file, std::uint64_t entries, const std::filesystem::path& index) {
  const auto issuer = auth::load_certificate(SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/trust/signature/sign_ca.cer");
  SHOMEI_CHECK(issuer);
  (void)sha256(Bytes(1));
  const double before = bench::resident();
  const double begin = bench::seconds_now();
  const auto crl = auth::Crl::load(file);
  const bool right = crl && crl->signed_by(*issuer);
  const double load = bench::seconds_now() - begin;
  const double kept = bench::resident() - before;
  if (!right || crl->facts().entries != entries) {
    fmt::print(stderr, "{}: not loaded\n", file.native());
    return 70;
  }
  const auto look = [&](ByteView serial) { return crl->find(serial).has_value(); };
  const double miss = bench::lookup_nanoseconds(entries, false, 1'000'000, look);
  const double hit = bench::lookup_nanoseconds(entries, true, 1'000'000, look);
  if (!crl->save_index(index)) {
    return 70;
  }
  const double again = bench::seconds_now();
  const auto opened = auth::Crl::open(file, index);
  const bool still = opened && opened->signed_by(*issuer);
  const double open = bench::seconds_now() - again;
  fmt::print(R"({{"load_s":{},"kept_mb":{},"lookup_ns":{},"lookup_listed_ns":{},"open_s":{}}})"
             "\n",
             load, kept / 1e6, miss, hit, open);
  return still ? 0 : 70;
}

}  // namespace

int main(int count, char** values) {
  return count == 4 ? run(values[1], std::strtoull(values[2], nullptr, 10), values[3]) : 64;
}
