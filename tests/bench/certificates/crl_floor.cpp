// crl_floor FILE ENTRIES: the least that loading, checking and indexing a CRL can take, for its usual form only: one
// walk over the entries, SHA-256, one RSA operation, a set of 64-bit words with the same room as ours.
#include "auth/x509/load.h"
#include "base/digest.h"
#include "base/mapped_file.h"
#include "measure.h"

#include <cstring>

using namespace shomei;

namespace {

std::uint64_t word(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value * 0x9E3779B97F4A7C15;
}

struct Set {
  std::unique_ptr<std::uint64_t, decltype(&std::free)> slots;
  std::size_t size;
  explicit Set(std::size_t count)
      : slots(static_cast<std::uint64_t*>(std::calloc(count, 8)), &std::free), size(count) {}
  std::size_t home(std::uint64_t value) const { return (value >> 32U) * size >> 32U; }
  std::uint64_t* find(std::uint64_t value) const {
    std::size_t at = home(value);
    while (slots.get()[at] != 0 && slots.get()[at] != value) {
      at = at + 1 == size ? 0 : at + 1;
    }
    return slots.get() + at;
  }
};

int run(const std::filesystem::path& path, std::uint64_t entries) {
  (void)sha256(Bytes(1));
  const double hashing = bench::seconds_now();
  const auto whole = MappedFile::open(path, auth::kMaxCrlBytes);
  SHOMEI_CHECK(whole && !sha256(whole->bytes()).empty());
  const double hash = bench::seconds_now() - hashing;
  whole->release_pages();
  const double before = bench::resident();
  const double begin = bench::seconds_now();
  const auto file = MappedFile::open(path, auth::kMaxCrlBytes);
  const ByteView der = file->bytes();
  // Outer SEQUENCE, tbsCertList and revokedCertificates in front of the first entry; all entries are alike.
  const auto first = bench::serial(0);
  const auto at = std::search(der.begin(), der.end(), first.begin(), first.end()) - der.begin() - 4;
  const std::size_t step = 2U + der[static_cast<std::size_t>(at) + 1];
  Set set(2 * entries);
  std::vector<std::uint64_t> batch(64);
  const std::uint8_t* entry = der.data() + at;
  for (std::uint64_t i = 0; i < entries; i += batch.size()) {
    const std::uint64_t size = std::min<std::uint64_t>(batch.size(), entries - i);
    for (std::uint64_t k = 0; k < size; ++k, entry += step) {
      batch[k] = word(entry + 4);
      __builtin_prefetch(set.slots.get() + set.home(batch[k]), 1);
    }
    for (std::uint64_t k = 0; k < size; ++k) {
      *set.find(batch[k]) = batch[k];
    }
  }
  const Bytes digest = sha256(der);
  const double load = bench::seconds_now() - begin;
  file->release_pages();
  const double kept = bench::resident() - before;
  const auto look = [&](ByteView serial) { return *set.find(word(serial.data())) != 0; };
  fmt::print(R"({{"load_s":{},"kept_mb":{},"lookup_ns":{},"lookup_listed_ns":{},"sha256_s":{}}})"
             "\n",
             load, kept / 1e6, bench::lookup_nanoseconds(entries, false, 1'000'000, look),
             bench::lookup_nanoseconds(entries, true, 1'000'000, look), hash);
  return digest.empty() ? 70 : 0;
}

}  // namespace

int main(int count, char** values) {
  return count >= 3 ? run(values[1], std::strtoull(values[2], nullptr, 10)) : 64;
}
