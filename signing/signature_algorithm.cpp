#include "signing/signature_algorithm.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>

#include "base/openssl_digest.h"
#include "base/software_key.h"

namespace shomei::signing {
namespace {

struct SignatureRow {
  std::string_view uri;
  SignatureAlgorithm algorithm;
};
constexpr auto kSignatures = std::to_array<SignatureRow>({
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", {KeyType::kRsa, DigestAlgorithm::kSha256}},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", {KeyType::kRsa, DigestAlgorithm::kSha384}},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", {KeyType::kRsa, DigestAlgorithm::kSha512}},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", {KeyType::kEc, DigestAlgorithm::kSha256}},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", {KeyType::kEc, DigestAlgorithm::kSha384}},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", {KeyType::kEc, DigestAlgorithm::kSha512}},
    {"http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", {KeyType::kRsa, DigestAlgorithm::kSha256, true}},
    {"http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", {KeyType::kRsa, DigestAlgorithm::kSha384, true}},
    {"http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", {KeyType::kRsa, DigestAlgorithm::kSha512, true}},
    {"http://www.w3.org/2000/09/xmldsig#rsa-sha1", {KeyType::kRsa, DigestAlgorithm::kSha1}},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", {KeyType::kEc, DigestAlgorithm::kSha1}},
});

struct DigestRow {
  std::string_view uri;
  DigestAlgorithm algorithm;
};
constexpr auto kDigests = std::to_array<DigestRow>({
    {"http://www.w3.org/2000/09/xmldsig#sha1", DigestAlgorithm::kSha1},
    {"http://www.w3.org/2001/04/xmlenc#sha256", DigestAlgorithm::kSha256},
    {"http://www.w3.org/2001/04/xmldsig-more#sha384", DigestAlgorithm::kSha384},
    {"http://www.w3.org/2001/04/xmlenc#sha512", DigestAlgorithm::kSha512},
});

bool prepare(EVP_PKEY_CTX* context, const SignatureAlgorithm& algorithm) {
  const EVP_MD* digest = native_digest(algorithm.digest);
  if (EVP_PKEY_verify_init(context) != 1 || EVP_PKEY_CTX_set_signature_md(context, digest) != 1) {
    return false;
  }
  if (algorithm.key != KeyType::kRsa) {
    return true;
  }
  if (!algorithm.pss) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  }
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, algorithm.salt_length.value_or(RSA_PSS_SALTLEN_DIGEST)) == 1;
}

}  // namespace

std::optional<SignatureAlgorithm> signature_algorithm_from_uri(std::string_view uri) {
  for (const SignatureRow& row : kSignatures) {
    if (row.uri == uri) {
      return row.algorithm;
    }
  }
  return std::nullopt;
}

std::string_view signature_uri(const SignatureAlgorithm& algorithm) {
  for (const SignatureRow& row : kSignatures) {
    if (row.algorithm.key == algorithm.key && row.algorithm.digest == algorithm.digest &&
        row.algorithm.pss == algorithm.pss) {
      return row.uri;
    }
  }
  SHOMEI_CHECK(false);
  return {};
}

std::optional<DigestAlgorithm> digest_from_uri(std::string_view uri) {
  for (const DigestRow& row : kDigests) {
    if (row.uri == uri) {
      return row.algorithm;
    }
  }
  return std::nullopt;
}

std::string_view digest_uri(DigestAlgorithm algorithm) {
  for (const DigestRow& row : kDigests) {
    if (row.algorithm == algorithm) {
      return row.uri;
    }
  }
  SHOMEI_CHECK(false);
  return {};
}

std::optional<KeyType> type_of(EVP_PKEY* key) {
  switch (key == nullptr ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return KeyType::kRsa;
    case EVP_PKEY_EC: return KeyType::kEc;
    default: return std::nullopt;
  }
}

bool signature_fits(EVP_PKEY* key, const SignatureAlgorithm& algorithm, ByteView digest, ByteView signature) {
  if (type_of(key) != algorithm.key || signature.empty()) {
    return false;
  }
  if (algorithm.key == KeyType::kEc) {
    const auto field_bytes = static_cast<std::size_t>((EVP_PKEY_get_bits(key) + 7) / 8);
    if (signature.size() != 2 * field_bytes) {
      return false;
    }
  }
  const Bytes encoded = algorithm.key == KeyType::kEc ? ecdsa_der(signature) : to_bytes(signature);
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  const bool fits = context && prepare(context.get(), algorithm) &&
                    EVP_PKEY_verify(context.get(), encoded.data(), encoded.size(), digest.data(), digest.size()) == 1;
  ERR_clear_error();
  return fits;
}

}  // namespace shomei::signing
