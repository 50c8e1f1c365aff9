#include "auth/x509/crl.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "auth/x509/certificate_facts.h"
#include "auth/x509/crl_parser.h"

namespace shomei::auth {
namespace {

using OwnedNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnedName = Owned<X509_NAME, X509_NAME_free>;
using OwnedDistributionPoint = Owned<ISSUING_DIST_POINT, ISSUING_DIST_POINT_free>;

/// ReasonFlags (RFC 5280 4.2.1.13), bits 1 to 8.
std::uint32_t reason_bits(ASN1_BIT_STRING* flags) {
  std::uint32_t bits = 0;
  for (int bit = 1; bit <= 8; ++bit) {
    bits |= flags == nullptr || ASN1_BIT_STRING_get_bit(flags, bit) != 0 ? 1U << bit : 0U;
  }
  return bits;
}

CrlScope scope_of(const ISSUING_DIST_POINT& point) {
  return {.only_user_certificates = point.onlyuser > 0,
          .only_ca_certificates = point.onlyCA > 0,
          .only_attribute_certificates = point.onlyattr > 0,
          .indirect = point.indirectCRL > 0,
          .some_reasons = point.onlysomereasons != nullptr,
          .reasons = reason_bits(point.onlysomereasons),
          .has_name = point.distpoint != nullptr};
}

bool is_signed(const CrlParts& parts, EVP_PKEY* key) {
  int digest_nid = NID_undef;
  int key_nid = NID_undef;
  const int algorithm = OBJ_txt2nid(parts.facts.signature_algorithm.c_str());
  if (key == nullptr || OBJ_find_sigid_algs(algorithm, &digest_nid, &key_nid) != 1 || digest_nid == NID_undef ||
      EVP_PKEY_get_base_id(key) != key_nid) {
    return false;
  }
  const OwnedDigestContext context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_get_digestbynid(digest_nid), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), parts.signature.data(), parts.signature.size(), parts.to_be_signed.data(),
                          parts.to_be_signed.size()) == 1;
}

}  // namespace

struct Crl::Body {
  Bytes der;
  CrlParts parts;
  OwnedName issuer;
  OwnedDistributionPoint point;
  /// Whether the entry at that offset speaks of a certificate of that issuer.
  bool is_of(std::uint32_t offset, const X509_NAME* certificate_issuer) const;
  /// SHA-256 of issuers' certificates that were tried, and whether their key signed.
  mutable std::mutex mutex;
  mutable std::vector<std::pair<std::string, bool>> tried;
};

Result<Crl> Crl::parse(Bytes der) {
  if (der.size() > kMaxCrlBytes) {
    return fail(Code::kInputTooLarge, fmt::format("CRL of {} bytes; at most {}", der.size(), kMaxCrlBytes));
  }
  auto body = std::make_shared<Body>();
  body->der = std::move(der);
  auto parts = take_apart(body->der);
  if (!parts) {
    return fail(parts.error(), Code::kInputNotCrl, parts.error().detail);
  }
  body->parts = *std::move(parts);
  const unsigned char* cursor = body->parts.issuer.data();
  body->issuer.reset(d2i_X509_NAME(nullptr, &cursor, static_cast<long>(body->parts.issuer.size())));
  if (!body->issuer) {
    return std::unexpected(openssl_error("issuer of the CRL", Code::kInputNotCrl));
  }
  CrlFacts& facts = body->parts.facts;
  if (const ByteView value = body->parts.distribution_point; !value.empty()) {
    cursor = value.data();
    body->point.reset(d2i_ISSUING_DIST_POINT(nullptr, &cursor, static_cast<long>(value.size())));
    if (!body->point || cursor != value.data() + value.size() ||
        (body->point->distpoint != nullptr && DIST_POINT_set_dpname(body->point->distpoint, body->issuer.get()) != 1)) {
      return std::unexpected(openssl_error("issuingDistributionPoint", Code::kInputNotCrl));
    }
    facts.scope = scope_of(*body->point);
  }
  if (!body->parts.certificate_issuers.empty() && !(facts.scope && facts.scope->indirect)) {
    facts.unknown_critical.emplace_back("2.5.29.29");
  }
  facts.issuer = name_text(body->issuer.get());
  facts.sha256 = to_hex(shomei::sha256(body->der));
  return Crl(std::move(body));
}

ByteView Crl::der() const {
  return body_->der;
}

const CrlFacts& Crl::facts() const {
  return body_->parts.facts;
}

bool Crl::Body::is_of(std::uint32_t offset, const X509_NAME* certificate_issuer) const {
  const auto& changes = parts.certificate_issuers;
  const auto after = std::ranges::upper_bound(changes, offset, {}, [](const auto& change) { return change.first; });
  if (after == changes.begin()) {
    return X509_NAME_cmp(issuer.get(), certificate_issuer) == 0;
  }
  const ByteView value = std::prev(after)->second;
  const unsigned char* cursor = value.data();
  const OwnedNames names(d2i_GENERAL_NAMES(nullptr, &cursor, static_cast<long>(value.size())));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DIRNAME && X509_NAME_cmp(name->d.directoryName, certificate_issuer) == 0) {
      return true;
    }
  }
  ERR_clear_error();
  return false;
}

std::optional<CrlEntry> Crl::find(ByteView serial, const X509_NAME* issuer) const {
  const CrlParts& parts = body_->parts;
  const auto serial_at = [&](std::uint32_t offset) { return entry_serial(parts.entries, offset); };
  const auto less = [](ByteView a, ByteView b) {
    return a.size() != b.size() ? a.size() < b.size() : std::ranges::lexicographical_compare(a, b);
  };
  const bool indirect = facts().scope && facts().scope->indirect;
  for (const std::uint32_t offset : std::ranges::equal_range(parts.index, serial, less, serial_at)) {
    if (!indirect || body_->is_of(offset, issuer != nullptr ? issuer : body_->issuer.get())) {
      return entry_at(parts.entries, offset);
    }
  }
  return std::nullopt;
}

bool Crl::signed_by(const Certificate& issuer) const {
  const std::lock_guard lock(body_->mutex);
  const std::string& key = issuer.facts().sha256;
  const auto known = std::ranges::find(body_->tried, key, &std::pair<std::string, bool>::first);
  if (known != body_->tried.end()) {
    return known->second;
  }
  const bool right = is_signed(body_->parts, X509_get0_pubkey(issuer.native()));
  ERR_clear_error();
  if (body_->tried.size() < 16) {
    body_->tried.emplace_back(key, right);
  }
  return right;
}

bool Crl::amends(const Crl& base) const {
  const auto less_or_equal = [](std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a <= b;
  };
  const CrlFacts& mine = facts();
  const CrlFacts& other = base.facts();
  return mine.is_delta && !other.is_delta && X509_NAME_cmp(issuer_name(), base.issuer_name()) == 0 &&
         std::ranges::equal(body_->parts.distribution_point, base.body_->parts.distribution_point) &&
         mine.authority_key == other.authority_key && !mine.number.empty() && !other.number.empty() &&
         less_or_equal(mine.base_number, other.number) && !less_or_equal(mine.number, other.number);
}

X509_NAME* Crl::issuer_name() const {
  return body_->issuer.get();
}

const ISSUING_DIST_POINT_st* Crl::distribution_point() const {
  return body_->point.get();
}

OrderedJson to_json(const Crl& crl) {
  const CrlFacts& facts = crl.facts();
  OrderedJson scope = nullptr;
  if (facts.scope) {
    scope = {{"only_user_certificates", facts.scope->only_user_certificates},
             {"only_ca_certificates", facts.scope->only_ca_certificates},
             {"only_attribute_certificates", facts.scope->only_attribute_certificates},
             {"indirect", facts.scope->indirect},
             {"some_reasons", facts.scope->some_reasons},
             {"has_name", facts.scope->has_name}};
  }
  return {{"issuer", facts.issuer},
          {"number", facts.number},
          {"this_update", to_rfc3339(facts.this_update)},
          {"next_update", facts.next_update ? OrderedJson(to_rfc3339(*facts.next_update)) : OrderedJson(nullptr)},
          {"entries", facts.entries},
          {"authority_key", facts.authority_key},
          {"delta", facts.is_delta},
          {"scope", scope},
          {"unknown_critical", facts.unknown_critical},
          {"sha256", facts.sha256}};
}

}  // namespace shomei::auth
