#include "auth/token/jwa.h"

#include <algorithm>
#include <array>

namespace shomei::auth {
namespace {

constexpr auto kAlgorithms = std::to_array<Jwa>({
    {"RS256", KeyType::kRsa, DigestAlgorithm::kSha256, RsaPadding::kPkcs1, 0},
    {"RS384", KeyType::kRsa, DigestAlgorithm::kSha384, RsaPadding::kPkcs1, 0},
    {"RS512", KeyType::kRsa, DigestAlgorithm::kSha512, RsaPadding::kPkcs1, 0},
    {"PS256", KeyType::kRsa, DigestAlgorithm::kSha256, RsaPadding::kPss, 0},
    {"PS384", KeyType::kRsa, DigestAlgorithm::kSha384, RsaPadding::kPss, 0},
    {"PS512", KeyType::kRsa, DigestAlgorithm::kSha512, RsaPadding::kPss, 0},
    {"ES256", KeyType::kEc, DigestAlgorithm::kSha256, RsaPadding::kPkcs1, 256},
    {"ES384", KeyType::kEc, DigestAlgorithm::kSha384, RsaPadding::kPkcs1, 384},
    {"ES512", KeyType::kEc, DigestAlgorithm::kSha512, RsaPadding::kPkcs1, 521},
});

}  // namespace

std::optional<Jwa> find_algorithm(std::string_view name) {
  const auto* const found = std::ranges::find(kAlgorithms, name, &Jwa::name);
  return found == kAlgorithms.end() ? std::nullopt : std::optional(*found);
}

bool fits(const Jwa& algorithm, const PublicKey& key) {
  return key.type() == algorithm.key_type && (key.type() == KeyType::kRsa || key.bits() == algorithm.field_bits);
}

Jwa usual_algorithm(const PublicKey& key) {
  const auto* const found =
      std::ranges::find_if(kAlgorithms, [&](const Jwa& algorithm) { return fits(algorithm, key); });
  SHOMEI_CHECK(found != kAlgorithms.end());
  return *found;
}

}  // namespace shomei::auth
