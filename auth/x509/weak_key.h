#pragma once

#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shomei::auth {

/// Fingerprints of published keys, such as those that Debian's OpenSSL made from 2006 to 2008 (CVE-2008-0166).
class KnownKeys {
 public:
  /// Files as Debian's former package openssl-blacklist had them: a line for each key, 20 hexadecimal digits, the last
  /// 80 bits of SHA-1 over "Modulus=" + the modulus in upper-case hexadecimal + "\n"; lines that begin with '#' and
  /// empty ones are skipped. Errors: input.*, input.malformed naming file and line.
  static Result<KnownKeys> load(const std::vector<std::filesystem::path>& files);

  std::size_t size() const { return fingerprints_.size(); }
  bool contains(const BIGNUM* modulus) const;

 private:
  using Fingerprint = std::array<std::uint8_t, 10>;
  Result<void> add(std::string_view text, const std::filesystem::path& file);

  /// Sorted.
  std::vector<Fingerprint> fingerprints_;
};

/// Why the key is known to be weak, the same words in every language ("ROCA, CVE-2017-15361"); nothing for others. RSA:
/// - modulus above 16384 bits (not looked at further), or with a prime factor below 752 (NIST SP 800-89 5.3.3);
/// - exponent even, below 3, or above 2^256 (FIPS 186-5 5.1 (a));
/// - two primes so close that 100 steps of Fermat's method find them (CVE-2022-26320);
/// - ROCA: a power of 65537 modulo each of the first 39 primes, with one exponent for all (CVE-2017-15361; one in 2^154
///   other moduli looks like that);
/// - on the list `known` (may be null).
/// EC: the point at infinity. That points lie on their curve is checked by OpenSSL when it reads the key.
std::optional<std::string> weakness(EVP_PKEY* key, const KnownKeys* known);

/// Detail, as above, of an RSA key with that modulus and exponent.
std::optional<std::string> rsa_weakness(const BIGNUM* modulus, const BIGNUM* exponent, const KnownKeys* known);

}  // namespace shomei::auth
