#pragma once

#include <openssl/bn.h>

namespace shomei::auth {

inline constexpr int kFermatSteps = 100;

/// Whether the odd number is (a - b)(a + b) with a one of the first `kFermatSteps` numbers from its square root on:
/// then its two factors are so close that anybody finds them. A square is such a number, too.
bool has_close_factors(const BIGNUM* number);

}  // namespace shomei::auth
