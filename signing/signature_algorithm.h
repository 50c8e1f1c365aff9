#pragma once

#include <optional>
#include <string_view>

#include "base/digest.h"
#include "base/openssl.h"
#include "base/signing_key.h"

namespace shomei::signing {

struct SignatureAlgorithm {
  KeyType key = KeyType::kRsa;
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  /// RSASSA-PSS with MGF1 over the same digest, instead of PKCS#1 v1.5.
  bool pss = false;
  /// Of PSS, in octets; nothing: as long as the digest.
  std::optional<int> salt_length = std::nullopt;
};

/// Identifiers of RFC 9231 (XML security algorithms). Nothing for an unknown one.
std::optional<SignatureAlgorithm> signature_algorithm_from_uri(std::string_view uri);
std::string_view signature_uri(const SignatureAlgorithm& algorithm);
std::optional<DigestAlgorithm> digest_from_uri(std::string_view uri);
std::string_view digest_uri(DigestAlgorithm algorithm);

std::optional<KeyType> type_of(EVP_PKEY* key);

/// Whether `signature` (RSA big-endian; EC r || s) over the raw `digest` was made with the private half of `key`, which
/// must be of the algorithm's type.
bool signature_fits(EVP_PKEY* key, const SignatureAlgorithm& algorithm, ByteView digest, ByteView signature);

}  // namespace shomei::signing
