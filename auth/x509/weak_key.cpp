#include "auth/x509/weak_key.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>
#include <numeric>

#include "auth/x509/fermat.h"
#include "auth/x509/small_primes.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/openssl.h"

namespace shomei::auth {
namespace {

constexpr int kMaxModulusBits = 16384;
constexpr std::size_t kMaxListBytes = 64U << 20;

/// Moduli of the weak generator are powers of this, modulo many small primes.
constexpr unsigned kRocaBase = 65537;
constexpr std::size_t kRocaPrimes = 39;

/// Powers of the base modulo one prime.
struct Powers {
  unsigned order = 0;
  /// The exponent of each residue; kNone where it is no power.
  std::array<std::uint8_t, kSmallPrimes[kRocaPrimes - 1]> exponents{};
};
constexpr std::uint8_t kNone = 255;

constexpr std::array<Powers, kRocaPrimes> kPowers = [] {
  std::array<Powers, kRocaPrimes> all{};
  for (std::size_t i = 0; i < kRocaPrimes; ++i) {
    all[i].exponents.fill(kNone);
    for (unsigned value = 1 % kSmallPrimes[i]; all[i].exponents[value] == kNone; ++all[i].order) {
      all[i].exponents[value] = static_cast<std::uint8_t>(all[i].order);
      value = value * (kRocaBase % kSmallPrimes[i]) % kSmallPrimes[i];
    }
  }
  return all;
}();
static_assert(kSmallPrimes[kRocaPrimes - 1] == 167);

/// Whether one exponent gives all residues: by the Chinese remainder theorem, if each two agree in what they share.
bool looks_like_roca(const Residues& residues) {
  std::array<unsigned, kRocaPrimes> exponents{};
  for (std::size_t i = 0; i < kRocaPrimes; ++i) {
    exponents[i] = kPowers[i].exponents[residues[i]];
    if (exponents[i] == kNone) {
      return false;
    }
  }
  for (std::size_t i = 0; i < kRocaPrimes; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const unsigned shared = std::gcd(kPowers[i].order, kPowers[k].order);
      if (exponents[i] % shared != exponents[k] % shared) {
        return false;
      }
    }
  }
  return true;
}

std::optional<std::string> exponent_weakness(const BIGNUM* exponent) {
  constexpr int kMaxExponentBits = 256;
  if (BN_is_odd(exponent) == 1 && BN_num_bits(exponent) <= kMaxExponentBits && BN_is_one(exponent) == 0 &&
      BN_is_negative(exponent) == 0) {
    return std::nullopt;
  }
  return BN_num_bits(exponent) <= 32 && BN_is_negative(exponent) == 0
             ? fmt::format("e = {}", BN_get_word(exponent))
             : fmt::format("e of {} bits", BN_num_bits(exponent));
}

std::optional<std::string> ec_weakness(EVP_PKEY* key) {
  // The longest named curve has 571 bits; the point at infinity is one octet (SEC 1 2.3.3).
  std::array<unsigned char, 256> point{};
  std::size_t length = 0;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point.data(), point.size(), &length) !=
      1) {
    return "unreadable EC key";
  }
  return length <= 1 ? std::optional<std::string>("point at infinity") : std::nullopt;
}

}  // namespace

Result<void> KnownKeys::add(std::string_view text, const std::filesystem::path& file) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto bytes = from_hex(line);
    Fingerprint fingerprint{};
    if (!bytes || bytes->size() != fingerprint.size()) {
      return fail(Code::kInputMalformed,
                  fmt::format("{}: line {} is not 20 hexadecimal digits", file.string(), number));
    }
    std::ranges::copy(*bytes, fingerprint.begin());
    fingerprints_.push_back(fingerprint);
  }
  return {};
}

Result<KnownKeys> KnownKeys::load(const std::vector<std::filesystem::path>& files) {
  KnownKeys keys;
  for (const auto& file : files) {
    SHOMEI_TRY(const Bytes content, read_file(file, kMaxListBytes));
    SHOMEI_TRY(keys.add(as_text(content), file));
  }
  std::ranges::sort(keys.fingerprints_);
  return keys;
}

bool KnownKeys::contains(const BIGNUM* modulus) const {
  if (fingerprints_.empty()) {
    return false;
  }
  const Owned<char, [](char* text) { OPENSSL_free(text); }> hex(BN_bn2hex(modulus));
  SHOMEI_CHECK(hex);
  const Bytes whole = digest(DigestAlgorithm::kSha1, as_bytes(fmt::format("Modulus={}\n", hex.get())));
  Fingerprint fingerprint{};
  std::copy(whole.end() - fingerprint.size(), whole.end(), fingerprint.begin());
  return std::ranges::binary_search(fingerprints_, fingerprint);
}

std::optional<std::string> rsa_weakness(const BIGNUM* modulus, const BIGNUM* exponent, const KnownKeys* known) {
  if (BN_is_negative(modulus) == 1 || BN_num_bits(modulus) > kMaxModulusBits) {
    return fmt::format("modulus of {} bits", BN_num_bits(modulus));
  }
  if (auto weak = exponent_weakness(exponent)) {
    return weak;
  }
  const Residues residues = residues_of(modulus);
  if (const auto* const zero = std::ranges::find(residues, 0); zero != residues.end()) {
    return fmt::format("factor {}", kSmallPrimes[static_cast<std::size_t>(zero - residues.begin())]);
  }
  if (looks_like_roca(residues)) {
    return "ROCA, CVE-2017-15361";
  }
  if (has_close_factors(modulus)) {
    return "Fermat, CVE-2022-26320";
  }
  return known != nullptr && known->contains(modulus) ? std::optional<std::string>("published, CVE-2008-0166")
                                                      : std::nullopt;
}

std::optional<std::string> weakness(EVP_PKEY* key, const KnownKeys* known) {
  const int id = EVP_PKEY_get_base_id(key);
  std::optional<std::string> weak;
  if (id == EVP_PKEY_EC) {
    weak = ec_weakness(key);
  } else if (id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS) {
    BIGNUM* modulus = nullptr;
    BIGNUM* exponent = nullptr;
    const bool read = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
                      EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1;
    const OwnedBignum n(modulus);
    const OwnedBignum e(exponent);
    weak = read ? rsa_weakness(n.get(), e.get(), known) : "unreadable RSA key";
  }
  ERR_clear_error();
  return weak;
}

}  // namespace shomei::auth
