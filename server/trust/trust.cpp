#include "server/trust/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/json.h"
#include "server/audit/audit.h"
#include "server/trust/crl_rules.h"

namespace shomei::server {
namespace {

constexpr std::array<std::string_view, 4> kUses{"authentication", "signature", "staff", "timestamp"};

std::string plain_hex(std::string text) {
  std::erase_if(text, [](char c) { return c == ':' || c == ' '; });
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

bool names_issuer(const auth::Certificate& leaf, const auth::Certificate& ca) {
  return leaf.facts().issuer == ca.facts().subject;
}

/// Of each scope, the last one accepted: acceptance goes upwards only.
std::vector<CrlRecord> in_force(const std::vector<CrlRecord>& records) {
  std::map<std::string, CrlRecord> newest;
  for (const CrlRecord& record : records) {
    newest.insert_or_assign(record.scope, record);
  }
  std::vector<CrlRecord> result;
  result.reserve(newest.size());
  for (auto& [scope, record] : newest) {
    result.push_back(std::move(record));
  }
  return result;
}

CrlRecord record_of(const auth::Crl& crl, Time now) {
  const auth::CrlFacts& facts = crl.facts();
  return {.sha256 = facts.sha256,
          .issuer = facts.issuer,
          .scope = scope_of(crl),
          .number = facts.number,
          .this_update = facts.this_update,
          .next_update = facts.next_update,
          .entries = static_cast<std::int64_t>(facts.entries),
          .imported_at = now,
          .der = to_bytes(crl.der())};
}

}  // namespace

Result<std::unique_ptr<Trust>> Trust::load(Store& store, const Clock& clock, TrustRules rules) {
  std::unique_ptr<Trust> trust(new Trust(store, clock, std::move(rules)));
  std::vector<TrustSnapshot::Ca> cas;
  SHOMEI_TRY(std::vector<CaRecord> records, store.cas());
  for (CaRecord& record : records) {
    SHOMEI_TRY(auth::Certificate certificate, auth::Certificate::parse(record.der));
    cas.push_back({.record = std::move(record), .certificate = std::move(certificate)});
  }
  std::vector<TrustSnapshot::List> lists;
  SHOMEI_TRY(const auto accepted, store.crls());
  for (CrlRecord& record : in_force(accepted)) {
    SHOMEI_TRY(auto whole, store.find_crl(record.sha256));
    SHOMEI_CHECK(whole.has_value());
    SHOMEI_TRY(auth::Crl crl, auth::Crl::parse(std::move(whole->der)));
    lists.push_back({.record = std::move(record), .crl = std::move(crl)});
  }
  trust->publish(std::move(cas), std::move(lists));
  return trust;
}

void Trust::publish(std::vector<TrustSnapshot::Ca> cas, std::vector<TrustSnapshot::List> lists) {
  auto next = std::make_shared<TrustSnapshot>();
  next->profiles = rules_.profiles;
  for (const TrustSnapshot::Ca& ca : cas) {
    if (const auto purpose = auth::purpose_from(ca.record.use)) {
      auth::Profile& profile = next->profiles.purposes[*purpose];
      profile.ca_pins.push_back(ca.record.sha256);
      profile.pins_required = true;
    }
  }
  for (const TrustSnapshot::List& list : lists) {
    next->crls.push_back(list.crl);
  }
  next->cas = std::move(cas);
  next->lists = std::move(lists);
  const std::scoped_lock lock(mutex_);
  snapshot_ = std::move(next);
}

std::shared_ptr<const TrustSnapshot> Trust::snapshot() const {
  const std::scoped_lock lock(mutex_);
  return snapshot_;
}

Result<TrustSnapshot::Ca> Trust::add_ca(const std::string& use, ByteView der, const std::string& expected,
                                        const std::string& actor) {
  if (std::ranges::find(kUses, use) == kUses.end()) {
    return fail(Code::kUsage, fmt::format("use {} is none of authentication, signature, staff, timestamp", use));
  }
  SHOMEI_TRY(auth::Certificate certificate, auth::Certificate::parse(der));
  const auth::CertificateFacts& facts = certificate.facts();
  if (facts.sha256 != plain_hex(expected)) {
    return fail(Code::kUsage, fmt::format("the certificate's SHA-256 is {}, not the one given", facts.sha256));
  }
  if (!facts.is_ca) {
    return fail(Code::kKeyUnsuitable, fmt::format("{} is no CA", facts.subject));
  }
  const std::scoped_lock alone(changing_);
  TrustSnapshot::Ca ca{.record = {.use = use, .sha256 = facts.sha256, .der = to_bytes(der), .added_at = clock_.now()},
                       .certificate = certificate};
  const std::vector<Change> changes{change::AddCa{ca.record}};
  SHOMEI_TRY(store_.commit(
      changes, audit_event(clock_, "ca.added", actor, facts.subject, {{"use", use}, {"sha256", facts.sha256}})));
  const auto now = snapshot();
  auto cas = now->cas;
  cas.push_back(ca);
  publish(std::move(cas), now->lists);
  return ca;
}

Result<CrlImport> Trust::import_crl(Bytes der, const std::string& actor) {
  SHOMEI_TRY(const auth::Crl crl, auth::Crl::parse(std::move(der)));
  const std::scoped_lock alone(changing_);
  const Time now = clock_.now();
  const auto before = snapshot();
  CrlImport import{.record = record_of(crl, now), .crl = crl, .known = false, .warnings = {}};
  if (import.record.next_update && *import.record.next_update < now) {
    import.warnings.push_back("nextUpdate " + to_rfc3339(*import.record.next_update) + " has passed");
  }
  SHOMEI_TRY(check_form(crl, now));
  SHOMEI_TRY(check_signer(crl, before->cas));
  auto lists = before->lists;
  const auto same_scope = [&](const TrustSnapshot::List& list) { return list.record.scope == import.record.scope; };
  const auto old = std::ranges::find_if(lists, same_scope);
  if (old != lists.end()) {
    if (old->record.sha256 == import.record.sha256) {
      import.known = true;
      return import;
    }
    SHOMEI_TRY(check_succession(import.record, old->record));
    lists.erase(old);
  }
  const std::vector<Change> changes{change::AddCrl{import.record}};
  SHOMEI_TRY(store_.commit(changes, audit_event(clock_, "crl.imported", actor, import.record.issuer,
                                                {{"sha256", import.record.sha256},
                                                 {"number", import.record.number},
                                                 {"this_update", to_rfc3339(import.record.this_update)},
                                                 {"entries", import.record.entries}})));
  lists.push_back({.record = import.record, .crl = crl});
  lists.back().record.der.clear();
  publish(before->cas, std::move(lists));
  return import;
}

LoginJudgement Trust::judge(const auth::Certificate& leaf) const {
  const auto now = snapshot();
  const auto issued = [&](std::string_view use) {
    return std::ranges::any_of(now->cas, [&](const TrustSnapshot::Ca& ca) {
      return ca.record.use == use && names_issuer(leaf, ca.certificate);
    });
  };
  LoginJudgement judgement;
  judgement.purpose =
      issued("staff") && !issued("authentication") ? auth::Purpose::kStaff : auth::Purpose::kAuthentication;
  auth::ValidationInputs inputs{.anchors = {}, .chain = {}, .crls = now->crls};
  for (const TrustSnapshot::Ca& ca : now->cas) {
    if (ca.record.use == auth::name(judgement.purpose)) {
      (ca.certificate.facts().self_issued ? inputs.anchors : inputs.chain).push_back(ca.certificate);
    }
  }
  auth::ValidationOptions options;
  options.at = clock_.now();
  options.purpose = judgement.purpose;
  options.crl_grace = rules_.crl_grace;
  judgement.report = auth::validate(leaf, inputs, options, now->profiles);
  return judgement;
}

}  // namespace shomei::server
