#include "auth/x509/small_primes.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "base/openssl.h"
#include "base/result.h"

namespace shomei::auth {
namespace {

using Wide = unsigned __int128;

/// Of the product of all primes below the bound.
constexpr std::size_t kWords = 17;

/// Consecutive primes whose product has at most 56 bits: one division serves all of them.
struct Group {
  std::size_t first = 0;
  std::size_t last = 0;
  std::uint64_t product = 1;
  /// What each word of a number counts modulo the product, least significant first. A sum of such terms has at most
  /// 64 + 56 + 5 bits.
  std::array<std::uint64_t, kWords> weights{};
};

struct Groups {
  std::vector<Group> groups{};
  OwnedBignum product{BN_new()};
};

void weigh(Group& group) {
  Wide weight = 1;
  for (std::uint64_t& word : group.weights) {
    word = static_cast<std::uint64_t>(weight % group.product);
    weight = (Wide(word) << 64) % group.product;
  }
}

Groups make_groups() {
  Groups all;
  bool ready = all.product && BN_one(all.product.get()) == 1;
  for (std::size_t i = 0; i < kSmallPrimes.size(); ++i) {
    if (all.groups.empty() || all.groups.back().product >= (1ULL << 56) / kSmallPrimes[i]) {
      all.groups.push_back({.first = i});
    }
    all.groups.back().product *= kSmallPrimes[i];
    all.groups.back().last = i + 1;
    ready = ready && BN_mul_word(all.product.get(), kSmallPrimes[i]) == 1;
  }
  std::ranges::for_each(all.groups, weigh);
  SHOMEI_CHECK(ready && BN_num_bits(all.product.get()) <= static_cast<int>(64 * kWords));
  return all;
}

}  // namespace

Residues residues_of(const BIGNUM* number) {
  static const Groups all = make_groups();
  // The product of all primes is about half as long as the shortest modulus that counts: first modulo that.
  const OwnedBignum reduced(BN_new());
  const Owned<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  std::array<std::uint64_t, kWords> words{};
  static_assert(std::endian::native == std::endian::little);
  SHOMEI_CHECK(reduced && context && BN_nnmod(reduced.get(), number, all.product.get(), context.get()) == 1 &&
               BN_bn2lebinpad(reduced.get(), reinterpret_cast<unsigned char*>(words.data()), sizeof words) >= 0);
  Residues residues{};
  for (const Group& group : all.groups) {
    Wide sum = 0;
    for (std::size_t i = 0; i < kWords; ++i) {
      sum += Wide(words[i]) * group.weights[i];
    }
    const auto rest = static_cast<std::uint64_t>(sum % group.product);
    for (std::size_t i = group.first; i < group.last; ++i) {
      residues[i] = static_cast<std::uint16_t>(rest % kSmallPrimes[i]);
    }
  }
  return residues;
}

}  // namespace shomei::auth
