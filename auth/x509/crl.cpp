#include "auth/x509/crl.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "auth/x509/certificate_facts.h"
#include "auth/x509/crl_parser.h"
#include "auth/x509/signed_bytes.h"
#include "base/digest.h"
#include "base/mapped_file.h"

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

}  // namespace

struct Crl::Body {
  /// The DER is in one of these.
  Bytes owned{};
  std::optional<MappedFile> mapped{};
  ByteView der{};
  CrlParts parts{};
  CrlEntries entries{};
  CrlIndex index{};
  OwnedName issuer{};
  OwnedDistributionPoint point{};
  /// Decoded CrlEntries::issuers.
  std::vector<OwnedNames> issuers{};
  mutable std::once_flag hashed{};
  mutable std::string sha256{};
  /// SHA-256 of issuers' certificates that were tried, and whether their key signed.
  mutable std::mutex mutex{};
  mutable std::vector<std::pair<std::string, bool>> tried{};

  std::optional<CrlEntry> entry(ByteView serial, std::uint32_t number) const;
  /// Whether issuer number `number` of the entries is that name.
  bool is_issuer(std::uint32_t number, const X509_NAME* name) const;
};

Result<std::shared_ptr<Crl::Body>> Crl::read_shell(std::shared_ptr<Body> body) {
  if (body->der.size() > kMaxCrlBytes) {
    return fail(Code::kInputTooLarge, fmt::format("CRL of {} bytes; at most {}", body->der.size(), kMaxCrlBytes));
  }
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
  facts.issuer = name_text(body->issuer.get());
  return body;
}

Result<Crl> Crl::read_all(std::shared_ptr<Body> body) {
  SHOMEI_TRY(body, read_shell(std::move(body)));
  auto entries = read_entries(body->parts, body->index);
  if (!entries) {
    return fail(entries.error(), Code::kInputNotCrl, entries.error().detail);
  }
  body->entries = *std::move(entries);
  return finish(std::move(body));
}

Crl Crl::finish(std::shared_ptr<Body> body) {
  CrlFacts& facts = body->parts.facts;
  const CrlEntries& entries = body->entries;
  facts.entries = entries.count;
  facts.unknown_critical.insert(facts.unknown_critical.end(), entries.unknown_critical.begin(),
                                entries.unknown_critical.end());
  if (!entries.changes.empty() && !(facts.scope && facts.scope->indirect)) {
    facts.unknown_critical.emplace_back("2.5.29.29");
  }
  for (const auto& [offset, size] : entries.issuers) {
    const unsigned char* cursor = body->parts.entries.data() + offset;
    body->issuers.emplace_back(d2i_GENERAL_NAMES(nullptr, &cursor, static_cast<long>(size)));
  }
  ERR_clear_error();
  return Crl(std::move(body));
}

Result<Crl> Crl::parse(Bytes der) {
  auto body = std::make_shared<Body>();
  body->owned = std::move(der);
  body->der = body->owned;
  return read_all(std::move(body));
}

Result<Crl> Crl::load(const std::filesystem::path& der) {
  auto body = std::make_shared<Body>();
  SHOMEI_TRY(body->mapped, MappedFile::open(der, kMaxCrlBytes));
  body->der = body->mapped->bytes();
  return read_all(std::move(body));
}

Result<Crl> Crl::open(const std::filesystem::path& der, const std::filesystem::path& index) {
  auto body = std::make_shared<Body>();
  SHOMEI_TRY(body->mapped, MappedFile::open(der, kMaxCrlBytes));
  body->der = body->mapped->bytes();
  SHOMEI_TRY(body, read_shell(std::move(body)));
  SHOMEI_TRY(CrlIndex::Saved saved, CrlIndex::open(index));
  const Json about = Json::from_cbor(saved.about, true, false);
  const bool fits = about.is_object() && about.value("bytes", std::size_t{0}) == body->der.size() &&
                    about.value("signature", std::string()) == to_hex(body->parts.signature);
  if (!fits) {
    return fail(Code::kInputMalformed, index.native() + ": the index of another list");
  }
  body->index = std::move(saved.index);
  about.at("count").get_to(body->entries.count);
  about.at("unknown_critical").get_to(body->entries.unknown_critical);
  about.at("changes").get_to(body->entries.changes);
  about.at("issuers").get_to(body->entries.issuers);
  return finish(std::move(body));
}

Result<void> Crl::save_index(const std::filesystem::path& file) const {
  const CrlEntries& entries = body_->entries;
  const Json about = {{"bytes", body_->der.size()}, {"signature", to_hex(body_->parts.signature)},
                      {"count", entries.count},     {"unknown_critical", entries.unknown_critical},
                      {"changes", entries.changes}, {"issuers", entries.issuers}};
  return body_->index.save(file, Json::to_cbor(about));
}

ByteView Crl::der() const {
  return body_->der;
}

const CrlFacts& Crl::facts() const {
  return body_->parts.facts;
}

const std::string& Crl::sha256() const {
  std::call_once(body_->hashed, [&] { body_->sha256 = to_hex(shomei::sha256(body_->der)); });
  return body_->sha256;
}

std::size_t Crl::index_bytes() const {
  return body_->index.memory_bytes();
}

bool Crl::Body::is_issuer(std::uint32_t number, const X509_NAME* name) const {
  if (number == 0) {
    return X509_NAME_cmp(issuer.get(), name) == 0;
  }
  const GENERAL_NAMES* names = issuers.at(number - 1).get();
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* one = sk_GENERAL_NAME_value(names, i);
    if (one->type == GEN_DIRNAME && X509_NAME_cmp(one->d.directoryName, name) == 0) {
      return true;
    }
  }
  return false;
}

std::optional<CrlEntry> Crl::Body::entry(ByteView serial, std::uint32_t number) const {
  std::uint32_t found = 0;
  const bool listed = index.each_candidate(serial, number, [&](std::uint32_t offset) {
    found = offset;
    return std::ranges::equal(entry_serial(parts.entries, offset), serial) && entries.issuer_of(offset) == number;
  });
  return listed ? std::optional(entry_at(parts.entries, found)) : std::nullopt;
}

std::optional<CrlEntry> Crl::find(ByteView serial, const X509_NAME* issuer) const {
  const Body& body = *body_;
  if (body.issuers.empty() && !body.index.may_have(serial, 0)) {
    return std::nullopt;
  }
  const bool indirect = body.parts.facts.scope && body.parts.facts.scope->indirect;
  const X509_NAME* wanted = issuer != nullptr ? issuer : body.issuer.get();
  std::optional<CrlEntry> found;
  // An entry of another issuer in a list that is not indirect spoils the list; until then it condemns.
  for (std::uint32_t number = 0; number <= body.issuers.size() && !found; ++number) {
    if (!indirect || body.is_issuer(number, wanted)) {
      found = body.entry(serial, number);
    }
  }
  return found;
}

bool Crl::signed_by(const Certificate& issuer) const {
  const std::lock_guard lock(body_->mutex);
  const std::string& key = issuer.facts().sha256;
  const auto known = std::ranges::find(body_->tried, key, &std::pair<std::string, bool>::first);
  if (known != body_->tried.end()) {
    return known->second;
  }
  const bool right = is_signed(body_->parts.to_be_signed, body_->parts.algorithm, body_->parts.signature,
                               X509_get0_pubkey(issuer.native()));
  ERR_clear_error();
  if (body_->mapped) {
    body_->mapped->release_pages();
  }
  if (body_->tried.size() < 16) {
    body_->tried.emplace_back(key, right);
  }
  return right;
}

namespace {

/// cRLNumbers as hexadecimal of their DER content, none of them negative.
bool is_above(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

}  // namespace

bool Crl::has_scope_of(const Crl& other) const {
  return X509_NAME_cmp(issuer_name(), other.issuer_name()) == 0 &&
         std::ranges::equal(body_->parts.distribution_point, other.body_->parts.distribution_point) &&
         facts().authority_key == other.facts().authority_key && !facts().number.empty() &&
         !other.facts().number.empty();
}

bool Crl::amends(const Crl& base) const {
  return facts().is_delta && !base.facts().is_delta && has_scope_of(base) &&
         !is_above(facts().base_number, base.facts().number) && is_above(facts().number, base.facts().number);
}

bool Crl::exposes_roll_back_of(const Crl& other) const {
  return facts().is_delta == other.facts().is_delta && has_scope_of(other) &&
         facts().this_update <= other.facts().this_update && is_above(facts().number, other.facts().number);
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
          {"sha256", crl.sha256()}};
}

}  // namespace shomei::auth
