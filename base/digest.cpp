#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <utility>

#include "base/der.h"
#include "base/openssl_digest.h"

namespace shomei {
namespace {

struct Row {
  std::string_view oid;
  std::size_t size;
  const char* name;
};

const Row& row(DigestAlgorithm algorithm) {
  static constexpr std::array<Row, 4> kRows{{{"1.3.14.3.2.26", 20, "SHA1"},
                                             {"2.16.840.1.101.3.4.2.1", 32, "SHA256"},
                                             {"2.16.840.1.101.3.4.2.2", 48, "SHA384"},
                                             {"2.16.840.1.101.3.4.2.3", 64, "SHA512"}}};
  return kRows.at(static_cast<std::size_t>(algorithm));
}

EVP_MD_CTX* native(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

const EVP_MD* native_digest(DigestAlgorithm algorithm) {
  // Fetched once: EVP_sha256() is looked up again, under locks, at each use.
  static const auto kFetched = [] {
    std::array<const EVP_MD*, 4> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      all.at(i) = EVP_MD_fetch(nullptr, row(static_cast<DigestAlgorithm>(i)).name, nullptr);
      SHOMEI_CHECK(all.at(i) != nullptr);
    }
    return all;
  }();
  return kFetched.at(static_cast<std::size_t>(algorithm));
}

Bytes digest(DigestAlgorithm algorithm, ByteView data) {
  Bytes out(row(algorithm).size);
  unsigned int size = 0;
  SHOMEI_CHECK(EVP_Digest(data.data(), data.size(), out.data(), &size, native_digest(algorithm), nullptr) == 1);
  return out;
}

DigestStream::DigestStream(DigestAlgorithm algorithm) : context_(EVP_MD_CTX_new()) {
  SHOMEI_CHECK(context_ != nullptr && EVP_DigestInit_ex(native(context_), native_digest(algorithm), nullptr) == 1);
}

DigestStream::~DigestStream() {
  EVP_MD_CTX_free(native(context_));
}

DigestStream::DigestStream(DigestStream&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

DigestStream& DigestStream::operator=(DigestStream&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

void DigestStream::update(ByteView piece) {
  SHOMEI_CHECK(EVP_DigestUpdate(native(context_), piece.data(), piece.size()) == 1);
}

Bytes DigestStream::finish() {
  Bytes out(EVP_MAX_MD_SIZE);
  unsigned int size = 0;
  SHOMEI_CHECK(EVP_DigestFinal_ex(native(context_), out.data(), &size) == 1);
  out.resize(size);
  return out;
}

std::size_t digest_size(DigestAlgorithm algorithm) {
  return row(algorithm).size;
}

std::string_view digest_oid(DigestAlgorithm algorithm) {
  return row(algorithm).oid;
}

std::optional<DigestAlgorithm> digest_from_oid(std::string_view oid) {
  using enum DigestAlgorithm;
  for (const DigestAlgorithm algorithm : {kSha1, kSha256, kSha384, kSha512}) {
    if (row(algorithm).oid == oid) {
      return algorithm;
    }
  }
  return std::nullopt;
}

Bytes digest_info(DigestAlgorithm algorithm, ByteView digest) {
  SHOMEI_CHECK(digest.size() == row(algorithm).size);
  return der::wrap(der::tag::kSequence,
                   {der::algorithm(row(algorithm).oid, true), der::wrap(der::tag::kOctetString, digest)});
}

Bytes random_bytes(std::size_t count) {
  Bytes out(count);
  SHOMEI_CHECK(RAND_bytes(out.data(), static_cast<int>(count)) == 1);
  return out;
}

}  // namespace shomei
