#include "auth/x509/public_key.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>

#include "base/openssl_digest.h"
#include "base/software_key.h"

namespace shomei::auth {
namespace {

bool is_nist_curve(EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) != 1) {
    return false;
  }
  const std::string_view curve(group.data(), length);
  return curve == "prime256v1" || curve == "secp384r1" || curve == "secp521r1";
}

Result<void> check_suitable(EVP_PKEY* key) {
  const int id = EVP_PKEY_get_base_id(key);
  const int bits = EVP_PKEY_get_bits(key);
  if (id == EVP_PKEY_RSA) {
    return bits >= 2048 && bits <= 16384 ? Result<void>{}
                                         : fail(Code::kKeyUnsuitable, fmt::format("RSA of {} bits", bits));
  }
  if (id != EVP_PKEY_EC) {
    return fail(Code::kKeyUnsuitable, "neither RSA nor EC");
  }
  return is_nist_curve(key) ? Result<void>{}
                            : fail(Code::kKeyUnsuitable, "EC on another curve than P-256, P-384, P-521");
}

}  // namespace

Result<PublicKey> PublicKey::parse(ByteView spki) {
  const unsigned char* cursor = spki.data();
  EVP_PKEY* raw = d2i_PUBKEY(nullptr, &cursor, static_cast<long>(spki.size()));
  if (raw == nullptr) {
    return std::unexpected(openssl_error("SubjectPublicKeyInfo", Code::kDerMalformed));
  }
  std::shared_ptr<EVP_PKEY> key(raw, EVP_PKEY_free);
  if (cursor != spki.data() + spki.size()) {
    return fail(Code::kDerMalformed, "bytes after SubjectPublicKeyInfo");
  }
  SHOMEI_TRY(check_suitable(key.get()));
  return PublicKey(std::move(key));
}

Result<PublicKey> PublicKey::from(EVP_PKEY* key) {
  if (key == nullptr) {
    ERR_clear_error();
    return fail(Code::kKeyUnsuitable, "the key cannot be read");
  }
  SHOMEI_TRY(check_suitable(key));
  EVP_PKEY_up_ref(key);
  return PublicKey(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free));
}

KeyType PublicKey::type() const {
  return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA ? KeyType::kRsa : KeyType::kEc;
}

int PublicKey::bits() const {
  return EVP_PKEY_get_bits(key_.get());
}

Bytes PublicKey::spki() const {
  return to_der<i2d_PUBKEY>(key_.get());
}

bool verify_digest(const PublicKey& key, DigestAlgorithm algorithm, ByteView digest, ByteView signature, EcdsaForm form,
                   RsaPadding padding) {
  const bool rsa = key.type() == KeyType::kRsa;
  const std::size_t field = static_cast<std::size_t>(key.bits() + 7) / 8;
  if (digest.size() != digest_size(algorithm) || signature.empty() ||
      ((rsa || form == EcdsaForm::kRaw) && signature.size() != (rsa ? field : 2 * field))) {
    return false;
  }
  const Bytes encoded = !rsa && form == EcdsaForm::kRaw ? ecdsa_der(signature) : to_bytes(signature);
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key.native(), nullptr));
  bool ready = context && EVP_PKEY_verify_init(context.get()) == 1;
  if (rsa) {
    const bool pss = padding == RsaPadding::kPss;
    ready = ready &&
            EVP_PKEY_CTX_set_rsa_padding(context.get(), pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1 &&
            (!pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  ready = ready && EVP_PKEY_CTX_set_signature_md(context.get(), native_digest(algorithm)) == 1;
  const bool right =
      ready && EVP_PKEY_verify(context.get(), encoded.data(), encoded.size(), digest.data(), digest.size()) == 1;
  ERR_clear_error();
  return right;
}

}  // namespace shomei::auth
