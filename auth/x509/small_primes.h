#pragma once

#include <openssl/bn.h>

#include <array>
#include <cstdint>

namespace shomei::auth {

/// NIST SP 800-89 5.3.3 (d): no prime factor below 752.
inline constexpr unsigned kSmallPrimeBound = 752;

constexpr bool is_small_prime(unsigned number) {
  for (unsigned divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) {
      return false;
    }
  }
  return number >= 2;
}

constexpr std::size_t count_small_primes() {
  std::size_t count = 0;
  for (unsigned number = 2; number < kSmallPrimeBound; ++number) {
    count += is_small_prime(number) ? 1 : 0;
  }
  return count;
}

/// All primes below the bound, ascending.
inline constexpr auto kSmallPrimes = [] {
  std::array<std::uint16_t, count_small_primes()> primes{};
  std::size_t count = 0;
  for (unsigned number = 2; number < kSmallPrimeBound; ++number) {
    if (is_small_prime(number)) {
      primes[count++] = static_cast<std::uint16_t>(number);
    }
  }
  return primes;
}();

/// A number modulo each of kSmallPrimes.
using Residues = std::array<std::uint16_t, kSmallPrimes.size()>;
Residues residues_of(const BIGNUM* number);

}  // namespace shomei::auth
