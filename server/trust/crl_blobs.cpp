#include "server/trust/crl_blobs.h"

#include "server/trust/crl_rules.h"

namespace shomei::server {

CrlRecord record_of(const auth::Crl& crl, Time now, const std::string& actor) {
  const auth::CrlFacts& facts = crl.facts();
  return {.sha256 = crl.sha256(),
          .issuer = facts.issuer,
          .scope = scope_of(crl),
          .number = facts.number,
          .this_update = facts.this_update,
          .next_update = facts.next_update,
          .entries = static_cast<std::int64_t>(facts.entries),
          .imported_at = now,
          .imported_by = actor,
          .bytes = static_cast<std::int64_t>(crl.der().size()),
          .der = to_bytes(crl.der())};
}

Result<TrustSnapshot::List> load_crl(Store& store, const CrlFiles& files, const std::string& sha256) {
  auto filed = files.open(sha256);
  SHOMEI_TRY(auto record, filed ? store.find_crl_record(sha256) : store.find_crl(sha256));
  if (!record) {
    return fail(Code::kStoreNotFound, "CRL " + sha256);
  }
  if (!filed) {
    SHOMEI_TRY(const auth::Crl crl, auth::Crl::parse(std::move(record->der)));
    SHOMEI_TRY(filed, files.keep(crl));
  }
  record->der.clear();
  return TrustSnapshot::List{.record = *std::move(record), .crl = *std::move(filed)};
}

}  // namespace shomei::server
