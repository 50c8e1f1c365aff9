#pragma once

#include "server/trust/crl_files.h"
#include "server/trust/freshness.h"
#include "server/trust/snapshot.h"
#include "server/trust/trust_change.h"

namespace shomei::server {

struct TrustRules {
  /// Where no policy was set; the severity of its test card rule is the server's own and no policy's.
  auth::ProfileSet profiles;
  FreshnessRules freshness{};
  CrlFiles files{};
};

/// What a change would make of the present trust. Nothing is stored yet.
struct TrustPlan {
  /// Of the audit record: "ca.added", "ca.removed", "crl.imported", "policy.set", "trust.rolled_back".
  std::string event{};
  std::string subject{};
  /// As it was asked for; "the generation before" is named by its number, so that it means the same later.
  TrustChange change{};
  /// JSON.
  std::string detail = "{}";
  /// The blobs that the store does not have yet.
  std::vector<Change> blobs{};
  std::shared_ptr<const TrustSnapshot> candidate{};
  /// False: it is so already.
  bool changed = true;
  std::vector<std::string> warnings{};
  /// Of a list: its record, and the list.
  std::optional<TrustSnapshot::List> list{};
};

/// Where a plan is made.
struct PlanBase {
  Store& store;
  const TrustRules& rules;
  const TrustSnapshot& present;
  Time now;
  std::string actor;
};

/// Checks the change by all rules and builds what would be trusted after it. Long for a long CRL: hold no lock that a
/// login takes. Errors: input.*, usage (use, fingerprint, part), key.unsuitable (no CA), crl.refused, config.* (a
/// policy), store.*.
Result<TrustPlan> plan(const PlanBase& base, const TrustChange& change);

/// The snapshot of that content, from what `pool` holds and else from the store. Errors: store.*, input.*, config.*.
Result<std::shared_ptr<const TrustSnapshot>> build_snapshot(Store& store, const TrustRules& rules, TrustContent content,
                                                            std::int64_t seq, const TrustSnapshot& pool);

}  // namespace shomei::server
