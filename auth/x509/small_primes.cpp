#include "auth/x509/small_primes.h"

#include <vector>

#include "base/openssl.h"
#include "base/result.h"

namespace shomei::auth {
namespace {

using Wide = unsigned __int128;

/// Consecutive primes whose product fits in a word: one long division serves all of them.
struct Group {
  std::size_t first = 0;
  std::size_t last = 0;
  std::uint64_t product = 1;
};

struct Groups {
  std::vector<Group> groups{};
  OwnedBignum product{BN_new()};
};

Groups make_groups() {
  Groups all;
  bool ready = all.product && BN_one(all.product.get()) == 1;
  for (std::size_t i = 0; i < kSmallPrimes.size(); ++i) {
    if (all.groups.empty() || (Wide(all.groups.back().product) * kSmallPrimes[i]) >> 64 != 0) {
      all.groups.push_back({.first = i});
    }
    all.groups.back().product *= kSmallPrimes[i];
    all.groups.back().last = i + 1;
    ready = ready && BN_mul_word(all.product.get(), kSmallPrimes[i]) == 1;
  }
  SHOMEI_CHECK(ready);
  return all;
}

}  // namespace

Residues residues_of(const BIGNUM* number) {
  static const Groups all = make_groups();
  // The product of all of them is about half as long as the shortest modulus that counts: first modulo that.
  const OwnedBignum reduced(BN_new());
  const Owned<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  SHOMEI_CHECK(reduced && context && BN_nnmod(reduced.get(), number, all.product.get(), context.get()) == 1);
  constexpr std::size_t kWordBytes = 8;
  std::vector<std::uint8_t> bytes((static_cast<std::size_t>(BN_num_bytes(all.product.get())) + kWordBytes - 1) /
                                  kWordBytes * kWordBytes);
  SHOMEI_CHECK(BN_bn2binpad(reduced.get(), bytes.data(), static_cast<int>(bytes.size())) >= 0);
  std::vector<std::uint64_t> words(bytes.size() / kWordBytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    words[i / kWordBytes] = words[i / kWordBytes] << 8U | bytes[i];
  }
  Residues residues{};
  for (const Group& group : all.groups) {
    std::uint64_t rest = 0;
    for (const std::uint64_t word : words) {
      rest = static_cast<std::uint64_t>((Wide(rest) << 64 | word) % group.product);
    }
    for (std::size_t i = group.first; i < group.last; ++i) {
      residues[i] = static_cast<std::uint16_t>(rest % kSmallPrimes[i]);
    }
  }
  return residues;
}

}  // namespace shomei::auth
