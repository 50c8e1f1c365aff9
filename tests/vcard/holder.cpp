#include "tests/vcard/holder.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <algorithm>
#include <filesystem>

namespace vcard {
namespace {

constexpr std::size_t kMaxFile = 16384;  // a READ BINARY offset has 15 bits
constexpr std::size_t kMaxCa = 3;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

struct Certificate {
  Bytes der;
  X509Ptr x509;
};

Expected<Certificate> load_certificate(const std::string& path) {
  auto der = read_file(path, kMaxFile);
  if (!der) {
    return std::unexpected(der.error());
  }
  const unsigned char* at = der->data();
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der->size())));
  if (!x509 || at != der->data() + der->size()) {
    return std::unexpected(path + " is not a DER certificate");
  }
  return Certificate{std::move(*der), std::move(x509)};
}

Expected<std::shared_ptr<EVP_PKEY>> load_key(const std::string& path, X509& certificate) {
  const auto pem = read_file(path, kMaxFile);
  if (!pem) {
    return std::unexpected(pem.error());
  }
  const BioPtr bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key) {
    return std::unexpected(path + " is not a PEM key");
  }
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || EVP_PKEY_get_size(key.get()) != static_cast<int>(kModulus)) {
    return std::unexpected(path + " is not an RSA-2048 key");
  }
  if (X509_check_private_key(&certificate, key.get()) != 1) {
    return std::unexpected(path + " is not the certificate's key");
  }
  return key;
}

// The issuers that the list has, root first. A certificate is taken once, so that a loop of issuers ends.
std::vector<Bytes> chain_above(X509* leaf, const std::vector<Certificate>& pool) {
  std::vector<Bytes> chain;
  X509* below = leaf;
  while (chain.size() < kMaxCa) {
    const auto issuer = std::ranges::find_if(pool, [&](const Certificate& candidate) {
      return X509_check_issued(candidate.x509.get(), below) == X509_V_OK &&
             X509_verify(below, X509_get0_pubkey(candidate.x509.get())) == 1 &&
             std::ranges::find(chain, candidate.der) == chain.end();
    });
    if (issuer == pool.end()) {
      break;
    }
    chain.insert(chain.begin(), issuer->der);
    below = issuer->x509.get();
  }
  return chain;
}

}  // namespace

Expected<Holder> load_holder(const std::string& folder, const std::vector<std::string>& ca_files) {
  std::vector<Certificate> pool;
  for (const std::string& file : ca_files) {
    auto ca = load_certificate(file);
    if (!ca) {
      return std::unexpected(ca.error());
    }
    pool.push_back(std::move(*ca));
  }
  Holder holder;
  bool any = false;
  for (const Use use : kUses) {
    const std::string stem = folder + "/" + std::string(name_of(use));
    if (!std::filesystem::exists(stem + ".cer")) {
      continue;
    }
    auto certificate = load_certificate(stem + ".cer");
    if (!certificate) {
      return std::unexpected(certificate.error());
    }
    auto key = load_key(stem + ".key.pem", *certificate->x509);
    if (!key) {
      return std::unexpected(key.error());
    }
    auto chain = chain_above(certificate->x509.get(), pool);
    of(holder, use) = Credential{std::move(certificate->der), std::move(chain), std::move(*key)};
    any = true;
  }
  if (!any) {
    return std::unexpected("no certificate in " + folder);
  }
  return holder;
}

std::optional<Bytes> rsa_private(EVP_PKEY& key, View block) {
  const KeyContext context(EVP_PKEY_CTX_new(&key, nullptr));
  Bytes out(kModulus);
  std::size_t size = out.size();
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1 ||
      EVP_PKEY_sign(context.get(), out.data(), &size, block.data(), block.size()) != 1 || size != out.size()) {
    return std::nullopt;
  }
  return out;
}

Bytes sha256(View data) {
  Bytes out(SHA256_DIGEST_LENGTH);
  SHA256(data.data(), data.size(), out.data());
  return out;
}

}  // namespace vcard
