#include "auth/x509/ocsp.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <mutex>

#include "auth/x509/certificate_facts.h"
#include "auth/x509/ocsp_parser.h"
#include "auth/x509/signed_bytes.h"

namespace shomei::auth {
namespace {

template <class T, auto D2i>
T decoded(ByteView der) {
  const unsigned char* cursor = der.data();
  return T(D2i(nullptr, &cursor, static_cast<long>(der.size())));
}

ByteView key_bits(const Certificate& certificate) {
  const ASN1_BIT_STRING* key = X509_get0_pubkey_bitstr(certificate.native());
  return {ASN1_STRING_get0_data(key), static_cast<std::size_t>(ASN1_STRING_length(key))};
}

}  // namespace

std::string_view name(OcspStatus status) {
  constexpr std::array<std::string_view, 7> kNames{"successful", "malformedRequest", "internalError", "tryLater",
                                                   "",           "sigRequired",      "unauthorized"};
  return kNames[static_cast<std::size_t>(status)];
}

OcspCertId OcspCertId::of(const Certificate& subject, const Certificate& issuer, DigestAlgorithm algorithm) {
  const Bytes issuer_name = to_der<i2d_X509_NAME>(X509_get_issuer_name(subject.native()));
  return {.algorithm = algorithm,
          .issuer_name_hash = digest(algorithm, issuer_name),
          .issuer_key_hash = digest(algorithm, key_bits(issuer)),
          .serial = to_bytes(subject.serial())};
}

bool OcspCertId::fits(const Certificate& subject, const Certificate& issuer) const {
  return algorithm && std::ranges::equal(serial, subject.serial()) && *this == of(subject, issuer, *algorithm);
}

struct OcspResponse::Body {
  Bytes der;
  OcspParts parts;
  mutable std::mutex mutex;
  /// SHA-256 of certificates that were tried, and whether their key signed.
  mutable std::vector<std::pair<std::string, bool>> tried;
};

Result<OcspResponse> OcspResponse::parse(ByteView der) {
  if (der.size() > kMaxOcspBytes) {
    return fail(Code::kInputTooLarge, fmt::format("OCSP response of {} bytes; at most {}", der.size(), kMaxOcspBytes));
  }
  auto body = std::make_shared<Body>();
  body->der = to_bytes(der);
  auto parts = take_apart_ocsp(body->der);
  if (!parts) {
    return fail(parts.error(), Code::kInputNotOcsp, parts.error().detail);
  }
  body->parts = *std::move(parts);
  body->parts.facts.sha256 = to_hex(shomei::sha256(body->der));
  return OcspResponse(std::move(body));
}

ByteView OcspResponse::der() const {
  return body_->der;
}

const OcspFacts& OcspResponse::facts() const {
  return body_->parts.facts;
}

std::span<const Certificate> OcspResponse::certificates() const {
  return body_->parts.certificates;
}

bool OcspResponse::names_responder(const Certificate& signer) const {
  const OcspParts& parts = body_->parts;
  if (!parts.responder_key.empty()) {
    return std::ranges::equal(digest(DigestAlgorithm::kSha1, key_bits(signer)), parts.responder_key);
  }
  using OwnedName = Owned<X509_NAME, X509_NAME_free>;
  const auto named = decoded<OwnedName, d2i_X509_NAME>(parts.responder_name);
  ERR_clear_error();
  return named && X509_NAME_cmp(named.get(), X509_get_subject_name(signer.native())) == 0;
}

bool OcspResponse::signed_by(const Certificate& signer) const {
  const std::lock_guard lock(body_->mutex);
  const std::string& key = signer.facts().sha256;
  const auto known = std::ranges::find(body_->tried, key, &std::pair<std::string, bool>::first);
  if (known != body_->tried.end()) {
    return known->second;
  }
  const bool right = is_signed(body_->parts.to_be_signed, body_->parts.algorithm, body_->parts.signature,
                               X509_get0_pubkey(signer.native()));
  if (body_->tried.size() < 16) {
    body_->tried.emplace_back(key, right);
  }
  return right;
}

}  // namespace shomei::auth
