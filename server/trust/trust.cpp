#include "server/trust/trust.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "server/audit/audit.h"

namespace shomei::server {
namespace {

bool names_issuer(const auth::Certificate& leaf, const auth::Certificate& ca) {
  return leaf.facts().issuer == ca.facts().subject;
}

/// Of each scope, the last one accepted: before there were generations, acceptance went upwards only.
std::vector<std::string> in_force(const std::vector<CrlRecord>& records) {
  std::map<std::string, std::string> newest;
  for (const CrlRecord& record : records) {
    newest.insert_or_assign(record.scope, record.sha256);
  }
  std::vector<std::string> result;
  result.reserve(newest.size());
  for (auto& [scope, sha256] : newest) {
    result.push_back(std::move(sha256));
  }
  return result;
}

}  // namespace

void Authority::add_to(OrderedJson& detail) const {
  if (!proposal.empty()) {
    detail["proposal"] = proposal;
    detail["proposed_by"] = proposed_by;
  }
}

std::vector<Change> Authority::closing(Time now) const {
  return proposal.empty()
             ? std::vector<Change>()
             : std::vector<Change>{change::DecideProposal{.id = proposal, .state = "approved", .by = actor, .at = now}};
}

Result<std::unique_ptr<Trust>> Trust::load(Store& store, const Clock& clock, TrustRules rules) {
  std::unique_ptr<Trust> trust(new Trust(store, clock, std::move(rules)));
  SHOMEI_TRY(const std::int64_t newest, store.newest_generation());
  if (newest == 0) {
    SHOMEI_TRY(trust->make_first());
  }
  SHOMEI_TRY(trust->take_newest());
  trust->rules_.files.remove_others(trust->snapshot()->content.crls);
  return trust;
}

/// Of what was accepted before there were generations. Nothing of that kind: no generation, only the policy.
Result<void> Trust::make_first() {
  SHOMEI_TRY(const auto cas, store_.cas());
  SHOMEI_TRY(const auto crls, store_.crls());
  TrustContent content{.crls = in_force(crls)};
  for (const CaRecord& ca : cas) {
    content.cas.push_back({.use = ca.use, .sha256 = ca.sha256});
  }
  TrustPlan plan{.event = "trust.migrated"};
  SHOMEI_TRY(plan.candidate, build_snapshot(store_, rules_, std::move(content), cas.empty() ? 0 : 1, *snapshot()));
  if (!cas.empty()) {
    if (const auto made = commit(plan, {.actor = "server"}); !made && made.error().code != Code::kStoreConflict) {
      return made;
    }
  }
  publish(std::move(plan.candidate));
  return {};
}

Result<void> Trust::take_newest() {
  const auto present = snapshot();
  SHOMEI_TRY(const std::int64_t newest, store_.newest_generation());
  if (newest == present->seq) {
    return {};
  }
  SHOMEI_TRY(const auto generation, store_.find_generation(newest));
  SHOMEI_CHECK(generation.has_value());
  SHOMEI_TRY(TrustContent content, TrustContent::parse(generation->content));
  SHOMEI_TRY(auto next, build_snapshot(store_, rules_, std::move(content), newest, *present));
  publish(std::move(next));
  return {};
}

Result<void> Trust::refresh() {
  const std::unique_lock alone(changing_, std::try_to_lock);
  return alone ? take_newest() : Result<void>();
}

void Trust::publish(std::shared_ptr<const TrustSnapshot> next) {
  const std::scoped_lock lock(mutex_);
  // What `next` becomes, the old snapshot, is freed by the caller's end, outside of the lock.
  snapshot_.swap(next);
}

std::shared_ptr<const TrustSnapshot> Trust::snapshot() const {
  const std::scoped_lock lock(mutex_);
  return snapshot_;
}

Result<TrustPlan> Trust::try_out(const TrustChange& change, const std::string& actor) const {
  const auto present = snapshot();
  return plan({.store = store_, .rules = rules_, .present = *present, .now = clock_.now(), .actor = actor}, change);
}

Result<void> Trust::commit(const TrustPlan& plan, const Authority& authority) {
  const Time now = clock_.now();
  std::vector<Change> changes = plan.blobs;
  changes.emplace_back(change::AddGeneration{{.seq = plan.candidate->seq,
                                              .made_at = now,
                                              .actor = authority.actor,
                                              .kind = plan.event,
                                              .subject = plan.subject,
                                              .content = plan.candidate->content.to_json().dump()}});
  for (Change& closing : authority.closing(now)) {
    changes.push_back(std::move(closing));
  }
  OrderedJson detail = OrderedJson::parse(plan.detail);
  detail["generation"] = plan.candidate->seq;
  authority.add_to(detail);
  return store_.commit(changes, audit_event(clock_, plan.event, authority.actor, plan.subject, detail));
}

Result<TrustPlan> Trust::apply(const TrustChange& change, const Authority& authority) {
  constexpr int kAttempts = 3;
  const std::scoped_lock alone(changing_);
  for (int attempt = 1;; ++attempt) {
    SHOMEI_TRY(take_newest());
    SHOMEI_TRY(TrustPlan plan, try_out(change, authority.actor));
    if (!plan.changed && authority.proposal.empty()) {
      plan.candidate = snapshot();
      return plan;
    }
    const auto committed = commit(plan, authority);
    if (committed) {
      publish(plan.candidate);
      return plan;
    }
    // Another server may have been faster with this generation: its content first.
    if (committed.error().code != Code::kStoreConflict || attempt == kAttempts) {
      return std::unexpected(committed.error());
    }
  }
}

Result<CrlImport> Trust::import_crl(Bytes der, const std::string& actor) {
  SHOMEI_TRY(TrustPlan made, apply(trust_change::ImportCrl{.der = std::move(der)}, {.actor = actor}));
  return CrlImport{.record = std::move(made.list->record),
                   .crl = std::move(made.list->crl),
                   .known = !made.changed,
                   .warnings = std::move(made.warnings)};
}

LoginJudgement Trust::judge(const auth::Certificate& leaf, LoginOcsp ocsp) const {
  return judge(*snapshot(), leaf, std::move(ocsp));
}

LoginJudgement Trust::judge(const TrustSnapshot& trust, const auth::Certificate& leaf, LoginOcsp ocsp) const {
  const auto issued = [&](std::string_view use) {
    return std::ranges::any_of(trust.cas, [&](const TrustSnapshot::Ca& ca) {
      return ca.record.use == use && names_issuer(leaf, ca.certificate);
    });
  };
  LoginJudgement judgement;
  judgement.purpose =
      issued("staff") && !issued("authentication") ? auth::Purpose::kStaff : auth::Purpose::kAuthentication;
  auth::ValidationInputs inputs;
  for (const TrustSnapshot::List& list : trust.lists) {
    inputs.crls.push_back(list.crl);
  }
  for (const TrustSnapshot::Ca& ca : trust.cas) {
    if (ca.record.use == auth::name(judgement.purpose)) {
      (ca.certificate.facts().self_issued ? inputs.anchors : inputs.chain).push_back(ca.certificate);
    }
  }
  inputs.paths = trust.paths.get();
  inputs.ocsp = std::move(ocsp.stapled);
  inputs.ocsp_source = ocsp.source;
  auth::ValidationOptions options;
  options.ocsp = ocsp.rules;
  options.at = clock_.now();
  options.purpose = judgement.purpose;
  options.crl_grace = rules_.freshness.longest_grace();
  judgement.report = auth::validate(leaf, inputs, options, trust.profiles);
  hold_to_grace(judgement.report, rules_.freshness, options.at);
  return judgement;
}

}  // namespace shomei::server
