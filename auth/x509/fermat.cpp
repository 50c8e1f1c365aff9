#include "auth/x509/fermat.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "base/openssl.h"
#include "base/result.h"

namespace shomei::auth {
namespace {

using Context = Owned<BN_CTX, BN_CTX_free>;

OwnedBignum number(std::uint64_t value = 0) {
  OwnedBignum made(BN_new());
  SHOMEI_CHECK(made && BN_set_word(made.get(), value) == 1);
  return made;
}

/// The greatest number whose square is at most `square`: Newton's method, from an estimate above of 50 right bits.
OwnedBignum root_of(const BIGNUM* square, BN_CTX* context) {
  const int shift = std::max(0, BN_num_bits(square) - 60) / 2 * 2;
  OwnedBignum root = number();
  OwnedBignum next = number();
  SHOMEI_CHECK(BN_rshift(next.get(), square, shift) == 1);
  const auto estimate = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(BN_get_word(next.get())))) + 2;
  SHOMEI_CHECK(BN_set_word(next.get(), estimate) == 1 && BN_lshift(next.get(), next.get(), shift / 2) == 1);
  do {
    std::swap(root, next);
    SHOMEI_CHECK(BN_div(next.get(), nullptr, square, root.get(), context) == 1 &&
                 BN_add(next.get(), next.get(), root.get()) == 1 && BN_rshift1(next.get(), next.get()) == 1);
  } while (BN_cmp(next.get(), root.get()) < 0);
  return root;
}

bool is_square(const BIGNUM* candidate, BN_CTX* context) {
  const OwnedBignum root = root_of(candidate, context);
  const OwnedBignum square = number();
  SHOMEI_CHECK(BN_sqr(square.get(), root.get(), context) == 1);
  return BN_cmp(square.get(), candidate) == 0;
}

/// What squares leave modulo a small number: all but one in some thousand other numbers fail one of these.
template <std::size_t Modulus>
constexpr std::array<bool, Modulus> kSquares = [] {
  std::array<bool, Modulus> squares{};
  for (std::size_t i = 0; i < Modulus; ++i) {
    squares[i * i % Modulus] = true;
  }
  return squares;
}();
/// 64 * 63 * 65 * 11 * 17 * 19 * 23 * 31
constexpr std::uint64_t kSieve = 64ULL * 63 * 65 * 11 * 17 * 19 * 23 * 31;

bool may_be_square(std::uint64_t rest) {
  return kSquares<64>[rest % 64] && kSquares<63>[rest % 63] && kSquares<65>[rest % 65] && kSquares<11>[rest % 11] &&
         kSquares<17>[rest % 17] && kSquares<19>[rest % 19] && kSquares<23>[rest % 23] && kSquares<31>[rest % 31];
}

}  // namespace

bool has_close_factors(const BIGNUM* composite) {
  const Context context(BN_CTX_new());
  SHOMEI_CHECK(context);
  OwnedBignum a = root_of(composite, context.get());
  const OwnedBignum difference = number();
  SHOMEI_CHECK(BN_sqr(difference.get(), a.get(), context.get()) == 1);
  if (BN_cmp(difference.get(), composite) == 0) {
    return true;
  }
  SHOMEI_CHECK(BN_add_word(a.get(), 1) == 1 && BN_sqr(difference.get(), a.get(), context.get()) == 1 &&
               BN_sub(difference.get(), difference.get(), composite) == 1);
  // a^2 - n and what a step adds to it, 2a + 1, modulo the sieve; the long numbers only where the sieve lets pass.
  std::uint64_t rest = BN_mod_word(difference.get(), kSieve);
  std::uint64_t step = (2 * BN_mod_word(a.get(), kSieve) + 1) % kSieve;
  for (int i = 0; i < kFermatSteps; ++i) {
    if (may_be_square(rest)) {
      const OwnedBignum exact = number();
      SHOMEI_CHECK(
          BN_copy(exact.get(), a.get()) != nullptr && BN_add_word(exact.get(), static_cast<BN_ULONG>(i)) == 1 &&
          BN_sqr(exact.get(), exact.get(), context.get()) == 1 && BN_sub(exact.get(), exact.get(), composite) == 1);
      if (is_square(exact.get(), context.get())) {
        return true;
      }
    }
    rest = (rest + step) % kSieve;
    step = (step + 2) % kSieve;
  }
  return false;
}

}  // namespace shomei::auth
