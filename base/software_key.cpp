#include "base/software_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/der.h"
#include "base/file.h"
#include "base/openssl_digest.h"
#include "base/pin.h"

namespace shomei {
namespace {

void append_padded(Bytes& out, ByteView integer, std::size_t width) {
  while (!integer.empty() && integer.front() == 0) {
    integer = integer.subspan(1);
  }
  out.insert(out.end(), width - std::min(width, integer.size()), 0);
  out.insert(out.end(), integer.begin(), integer.end());
}

}  // namespace

Result<std::unique_ptr<SoftwareKey>> SoftwareKey::load(const std::filesystem::path& pem, ByteView certificate_der) {
  SHOMEI_TRY(Bytes text, read_file(pem, 64 << 10));
  const SecretBytes secret(std::move(text));
  const OwnedBio bio(BIO_new_mem_buf(secret.reveal().data(), static_cast<int>(secret.reveal().size())));
  const auto no_password = [](char*, int, int, void*) { return -1; };
  OwnedPkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) {
    return std::unexpected(openssl_error(pem.string(), Code::kInputMalformed));
  }
  const int id = EVP_PKEY_get_base_id(key.get());
  if (id != EVP_PKEY_RSA && id != EVP_PKEY_EC) {
    return fail(Code::kKeyUnsuitable, fmt::format("{}: neither RSA nor EC", pem.string()));
  }
  return std::unique_ptr<SoftwareKey>(new SoftwareKey(std::move(key), certificate_der));
}

Result<std::unique_ptr<SoftwareKey>> SoftwareKey::generate_p256() {
  OwnedPkey key(EVP_EC_gen("P-256"));
  if (!key) {
    return std::unexpected(openssl_error("EVP_EC_gen"));
  }
  return std::unique_ptr<SoftwareKey>(new SoftwareKey(std::move(key), {}));
}

Result<void> SoftwareKey::save(const std::filesystem::path& pem) const {
  const OwnedBio bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return std::unexpected(openssl_error("PEM_write_bio_PKCS8PrivateKey"));
  }
  if (std::filesystem::exists(pem)) {
    return fail(Code::kOutputFailed, fmt::format("{}: exists already", pem.string()));
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return write_file(pem, as_bytes({data, static_cast<std::size_t>(size)}), 0600);
}

KeyType SoftwareKey::type() const {
  return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA ? KeyType::kRsa : KeyType::kEc;
}

Result<Bytes> SoftwareKey::sign_digest(DigestAlgorithm algorithm, ByteView digest) {
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
  std::size_t size = signature.size();
  const bool rsa = type() == KeyType::kRsa;
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      (rsa && EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) ||
      EVP_PKEY_CTX_set_signature_md(context.get(), native_digest(algorithm)) != 1 ||
      EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) != 1) {
    return std::unexpected(openssl_error("EVP_PKEY_sign"));
  }
  signature.resize(size);
  if (rsa) {
    return signature;
  }
  return ecdsa_raw(signature, static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) + 7) / 8);
}

Bytes SoftwareKey::public_key() const {
  return to_der<i2d_PUBKEY>(key_.get());
}

Result<Bytes> ecdsa_raw(ByteView der_signature, std::size_t field_bytes) {
  der::Reader outer(der_signature);
  SHOMEI_TRY(der::Reader inner, outer.enter(der::tag::kSequence));
  SHOMEI_TRY(const der::Element r, inner.expect(der::tag::kInteger));
  SHOMEI_TRY(const der::Element s, inner.expect(der::tag::kInteger));
  SHOMEI_TRY(inner.finish());
  SHOMEI_TRY(outer.finish());
  if (r.value.size() > field_bytes + 1 || s.value.size() > field_bytes + 1) {
    return fail(Code::kDerMalformed, "ECDSA signature longer than its field");
  }
  Bytes raw;
  append_padded(raw, r.value, field_bytes);
  append_padded(raw, s.value, field_bytes);
  return raw;
}

Bytes ecdsa_der(ByteView raw_signature) {
  const std::size_t half = raw_signature.size() / 2;
  return der::wrap(der::tag::kSequence, {der::unsigned_integer(raw_signature.first(half)),
                                         der::unsigned_integer(raw_signature.subspan(half))});
}

}  // namespace shomei
