#pragma once

#include <optional>
#include <string_view>

#include "auth/x509/public_key.h"

namespace shomei::auth {

/// A signature algorithm of RFC 7518 3.1.
struct Jwa {
  std::string_view name{};
  KeyType key_type = KeyType::kEc;
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  RsaPadding padding = RsaPadding::kPkcs1;
  /// EC: bits of the curve's field, which the name fixes (3.4).
  int field_bits = 0;
};

/// RS, PS and ES with 256, 384, 512. Not "none", no HMAC.
std::optional<Jwa> find_algorithm(std::string_view name);
bool fits(const Jwa& algorithm, const PublicKey& key);
/// RS256, or the one that goes with the curve.
Jwa usual_algorithm(const PublicKey& key);

}  // namespace shomei::auth
