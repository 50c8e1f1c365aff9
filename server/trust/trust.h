#pragma once

#include <mutex>

#include "server/trust/plan.h"

namespace shomei::server {

/// OCSP answers for one login.
struct LoginOcsp {
  /// Those that came with the proof.
  std::vector<auth::OcspResponse> stapled{};
  /// Asked for others; may be null.
  auth::OcspSource* source = nullptr;
  auth::OcspRules rules{};
};

/// A certificate judged for a login.
struct LoginJudgement {
  /// "authentication" or "staff": whose CA names itself as the issuer.
  auth::Purpose purpose = auth::Purpose::kAuthentication;
  auth::ValidationReport report;
};

struct CrlImport {
  CrlRecord record;
  auth::Crl crl;
  /// The same list is in force already.
  bool known = false;
  std::vector<std::string> warnings;
};

/// Who makes a change, and where two persons are needed by which proposal of whom.
struct Authority {
  std::string actor;
  std::string proposal{};
  std::string proposed_by{};

  /// {"proposal", "proposed_by"} where there is one, for an audit record.
  void add_to(OrderedJson& detail) const;
  /// What closes the proposal, in the commit of what it asked for.
  std::vector<Change> closing(Time now) const;
};

/// What is trusted, by generations: every change makes the next one, in one durable commit with its audit record. CA
/// certificates, lists and policies that were ever accepted stay in the store. From any thread; who judges never waits
/// for who changes.
class Trust {
 public:
  /// Loads the newest generation; data from before there were any becomes the first. Errors: store.*, input.*,
  /// config.*.
  static Result<std::unique_ptr<Trust>> load(Store& store, const Clock& clock, TrustRules rules);

  /// What the change would do. Errors: see plan.
  Result<TrustPlan> try_out(const TrustChange& change, const std::string& actor) const;
  /// Makes it. What is so already is left, with `changed` false. Errors: see plan, and approval.closed.
  Result<TrustPlan> apply(const TrustChange& change, const Authority& authority);
  /// Takes a list if the rules of crl_rules.h allow it. Errors: input.*, crl.refused with the reason, store.*.
  Result<CrlImport> import_crl(Bytes der, const std::string& actor);
  /// Loads what another server on the same store has changed. Returns at once while a change is being made here; that
  /// change does it. Errors: store.*, input.*, config.*.
  Result<void> refresh();

  /// By the CAs of the one use, its CRLs and rules, now.
  LoginJudgement judge(const auth::Certificate& leaf, LoginOcsp ocsp = {}) const;
  LoginJudgement judge(const TrustSnapshot& trust, const auth::Certificate& leaf, LoginOcsp ocsp = {}) const;

  std::shared_ptr<const TrustSnapshot> snapshot() const;
  const FreshnessRules& freshness() const { return rules_.freshness; }

 private:
  Trust(Store& store, const Clock& clock, TrustRules rules)
      : store_(store), clock_(clock), rules_(std::move(rules)), snapshot_(std::make_shared<TrustSnapshot>()) {}
  Result<void> take_newest();
  Result<void> make_first();
  Result<void> commit(const TrustPlan& plan, const Authority& authority);
  void publish(std::shared_ptr<const TrustSnapshot> next);

  Store& store_;
  const Clock& clock_;
  const TrustRules rules_;
  /// One change at a time; nothing that judges takes it.
  std::mutex changing_;
  /// Held for the copy of a pointer.
  mutable std::mutex mutex_;
  std::shared_ptr<const TrustSnapshot> snapshot_;
};

}  // namespace shomei::server
