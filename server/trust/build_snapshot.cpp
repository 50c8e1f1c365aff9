#include <fmt/format.h>

#include <algorithm>

#include "base/toml.h"
#include "server/trust/crl_blobs.h"
#include "server/trust/plan.h"

namespace shomei::server {
namespace {

Result<auth::ProfileSet> parse_policy(const std::string& text, const TrustRules& rules) {
  SHOMEI_TRY(const TomlTable table, TomlTable::parse(text, "policy"));
  SHOMEI_TRY(auth::ProfileSet profiles, auth::ProfileSet::read(table));
  SHOMEI_TRY(table.finish());
  profiles.test_card.severity = rules.profiles.test_card.severity;
  return profiles;
}

Result<TrustSnapshot::Ca> take_ca(Store& store, const TrustContent::Pin& pin, const TrustSnapshot& pool) {
  const auto fits = [&](const CaRecord& record) { return record.use == pin.use && record.sha256 == pin.sha256; };
  const auto have = std::ranges::find_if(pool.cas, fits, &TrustSnapshot::Ca::record);
  if (have != pool.cas.end()) {
    return *have;
  }
  SHOMEI_TRY(auto records, store.cas());
  const auto stored = std::ranges::find_if(records, fits);
  if (stored == records.end()) {
    return fail(Code::kStoreNotFound, fmt::format("CA {} for {}", pin.sha256, pin.use));
  }
  SHOMEI_TRY(auth::Certificate certificate, auth::Certificate::parse(stored->der));
  return TrustSnapshot::Ca{.record = std::move(*stored), .certificate = std::move(certificate)};
}

Result<TrustSnapshot::List> take_list(Store& store, const CrlFiles& files, const std::string& sha256,
                                      const TrustSnapshot& pool) {
  const auto have =
      std::ranges::find_if(pool.lists, [&](const TrustSnapshot::List& list) { return list.record.sha256 == sha256; });
  return have != pool.lists.end() ? Result<TrustSnapshot::List>(*have) : load_crl(store, files, sha256);
}

Result<void> take_policy(Store& store, const TrustRules& rules, const TrustSnapshot& pool, TrustSnapshot& next) {
  next.profiles = rules.profiles;
  if (next.content.policy.empty()) {
    return {};
  }
  next.policy = pool.policy;
  if (!next.policy || next.policy->sha256 != next.content.policy) {
    SHOMEI_TRY(next.policy, store.find_policy(next.content.policy));
  }
  if (!next.policy) {
    return fail(Code::kStoreNotFound, "policy " + next.content.policy);
  }
  SHOMEI_TRY(next.profiles, parse_policy(next.policy->text, rules));
  return {};
}

}  // namespace

Result<std::shared_ptr<const TrustSnapshot>> build_snapshot(Store& store, const TrustRules& rules, TrustContent content,
                                                            std::int64_t seq, const TrustSnapshot& pool) {
  auto next = std::make_shared<TrustSnapshot>();
  next->seq = seq;
  next->content = std::move(content);
  SHOMEI_TRY(take_policy(store, rules, pool, *next));
  for (const TrustContent::Pin& pin : next->content.cas) {
    SHOMEI_TRY(TrustSnapshot::Ca ca, take_ca(store, pin, pool));
    if (const auto purpose = auth::purpose_from(pin.use)) {
      auth::Profile& profile = next->profiles.purposes[*purpose];
      profile.ca_pins.push_back(pin.sha256);
      profile.pins_required = true;
    }
    next->cas.push_back(std::move(ca));
  }
  for (const std::string& sha256 : next->content.crls) {
    SHOMEI_TRY(TrustSnapshot::List list, take_list(store, rules.files, sha256, pool));
    next->lists.push_back(std::move(list));
  }
  const bool same_paths =
      pool.paths && pool.content.cas == next->content.cas && pool.content.policy == next->content.policy;
  next->paths = same_paths ? pool.paths : std::make_shared<auth::PathCache>();
  return next;
}

}  // namespace shomei::server
