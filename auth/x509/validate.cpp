#include "auth/x509/validate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/x509/crl_rules.h"
#include "auth/x509/ocsp_revocation.h"
#include "auth/x509/path_cache.h"
#include "auth/x509/path_check.h"
#include "auth/x509/path_search.h"
#include "auth/x509/profile_rules.h"
#include "auth/x509/second_opinion.h"
#include "base/digest.h"

namespace shomei::auth {
namespace {

/// A signer of CRLs may need a path whose CRLs need a signer, …: this deep at most.
constexpr std::size_t kMaxSignerDepth = 4;

/// One call of `validate`, and those that its CRLs' signers make necessary.
class Validation {
 public:
  Validation(const ValidationInputs& inputs, const ProfileSet& profiles, WorkBudget& budget)
      : inputs_(&inputs), profiles_(&profiles), budget_(&budget) {}

  /// Searches paths and judges them, or takes the one that the cache knows.
  ValidationReport run(const Certificate& leaf, const ValidationOptions& options, std::span<const Certificate> anchors);
  /// The kept verdict with what revocation says now; nothing where no kept verdict leads to acceptance.
  std::optional<ValidationReport> recall(const std::string& sha256, const ValidationOptions& options);

 private:
  ValidationReport search(const Certificate& leaf, const ValidationOptions& options,
                          std::span<const Certificate> anchors);
  ValidationReport judge(const Path& path, const ValidationOptions& options);
  ValidationReport judge_path(const Path& path, const ValidationOptions& options) const;
  void judge_revocations(const ValidationOptions& options, ValidationReport& report);
  std::vector<Crl> lists_for(const Certificate& certificate) const;
  bool trust_signer(const Certificate& signer, const Path& path, const ValidationOptions& options);

  const ValidationInputs* inputs_;
  const ProfileSet* profiles_;
  WorkBudget* budget_;
  /// Of inputs_->chain, made for the first search.
  std::optional<IssuerIndex> chain_{};
  /// Certificates whose judgement is under way, outermost first.
  std::vector<Certificate> pending_;
};

std::optional<ValidationReport> Validation::recall(const std::string& sha256, const ValidationOptions& options) {
  const auto known = inputs_->paths != nullptr ? inputs_->paths->find(sha256, options.purpose, options.at) : nullptr;
  if (!known) {
    return std::nullopt;
  }
  ValidationReport report = known->report;
  judge_revocations(options, report);
  report.verdict = verdict_of(report.findings);
  // Another path may be better than one that meets an objection now.
  return report.verdict == Verdict::kValid ? std::optional(std::move(report)) : std::nullopt;
}

ValidationReport Validation::run(const Certificate& leaf, const ValidationOptions& options,
                                 std::span<const Certificate> anchors) {
  pending_.push_back(leaf);
  ValidationReport report = search(leaf, options, anchors);
  pending_.pop_back();
  return report;
}

ValidationReport Validation::search(const Certificate& leaf, const ValidationOptions& options,
                                    std::span<const Certificate> anchors) {
  if (!chain_) {
    chain_.emplace(inputs_->chain);
  }
  const IssuerIndex anchor_index(anchors);
  PathSearch search(anchor_index, *chain_, *budget_);
  std::optional<ValidationReport> best;
  const auto done = search.each(leaf, [&](const Path& path) {
    ValidationReport report = judge(path, options);
    if (!best || report.verdict < best->verdict) {
      best = std::move(report);
    }
    return best->verdict == Verdict::kValid;
  });
  if (best && (done || best->verdict == Verdict::kValid)) {
    return *std::move(best);
  }
  ValidationReport report = best ? *std::move(best) : ValidationReport{.path = search.dead_end()};
  if (!done) {
    report.findings.push_back({0, Check::kPathWorkBudget, Severity::kFail, {}});
  } else {
    report.findings.push_back(
        {report.path.size() - 1, Check::kPathNotFound, Severity::kFail, report.path.back().facts().issuer});
  }
  report.verdict = verdict_of(report.findings);
  return report;
}

ValidationReport Validation::judge(const Path& path, const ValidationOptions& options) {
  ValidationReport report = judge_path(path, options);
  const bool accepted = report.verdict == Verdict::kValid;
  std::optional<PathVerdict> verdict;
  if (accepted && inputs_->paths != nullptr && pending_.size() == 1) {
    verdict = bounded(report, *profiles_, options.at);
  }
  const bool genuine = std::ranges::none_of(report.findings, [](const Finding& finding) {
    return finding.check == Check::kPathSignature || finding.check == Check::kPathOther;
  });
  if (genuine || !options.check_revocation) {
    judge_revocations(options, report);
  }
  report.verdict = verdict_of(report.findings);
  if (verdict && report.verdict == Verdict::kValid) {
    inputs_->paths->keep(path.front().facts().sha256, options.purpose, *std::move(verdict));
  }
  return report;
}

ValidationReport Validation::judge_path(const Path& path, const ValidationOptions& options) const {
  ValidationReport report{.path = path};
  PathOpinion opinion = check_path(path, options, profiles_->algorithms);
  report.findings = std::move(opinion.findings);
  report.policies = std::move(opinion.policies);
  if (verdict_of(report.findings) == Verdict::kValid) {
    std::ranges::move(second_opinion(path, options.at), std::back_inserter(report.findings));
  }
  check_profile(path, options.purpose, *profiles_, report);
  report.verdict = verdict_of(report.findings);
  return report;
}

std::vector<Crl> Validation::lists_for(const Certificate& certificate) const {
  std::vector<Crl> lists;
  for (const X509_NAME* issuer : list_issuers(certificate)) {
    std::ranges::copy_if(inputs_->crls, std::back_inserter(lists),
                         [&](const Crl& crl) { return X509_NAME_cmp(crl.issuer_name(), issuer) == 0; });
    if (inputs_->store != nullptr) {
      std::ranges::move(inputs_->store->lists_of(issuer), std::back_inserter(lists));
    }
  }
  return lists;
}

void Validation::judge_revocations(const ValidationOptions& options, ValidationReport& report) {
  if (!options.check_revocation) {
    report.findings.push_back({0, Check::kRevocationNotChecked, Severity::kInfo, {}});
    return;
  }
  const Path& path = report.path;
  const OcspEvidence ocsp{.answers = inputs_->ocsp, .source = inputs_->ocsp_source, .rules = options.ocsp};
  const std::size_t count = path.size() - 1;
  report.revocation.resize(count);
  std::vector<std::vector<Finding>> findings(count);
  std::optional<Time> issuer_revoked_at;
  // From the anchor down: what a CA signed after its own revocation counts for nothing.
  for (std::size_t i = count; i-- > 0;) {
    const std::vector<Crl> lists = lists_for(path[i]);
    const RevocationQuestion question{
        .path = &path,
        .index = i,
        .lists = lists,
        .other_signers = inputs_->chain,
        .trust_signer = [&](const Certificate& signer) { return trust_signer(signer, path, options); },
        .options = &options,
        .algorithms = &profiles_->algorithms,
        .issuer_revoked_at = issuer_revoked_at};
    report.revocation[i] = judge_revocation(question, ocsp, findings[i]);
    if (i > 0 && issuer_revoked_at && options.proofs != nullptr &&
        judged_since(options, path[i].facts()) >= *issuer_revoked_at) {
      findings[i].push_back({i, Check::kRevocationUnknown, Severity::kFail, to_rfc3339(*issuer_revoked_at)});
    }
    issuer_revoked_at = report.revocation[i].revoked_later;
  }
  for (std::vector<Finding>& some : findings) {
    std::ranges::move(some, std::back_inserter(report.findings));
  }
}

/// RFC 5280 6.3.3 (f): the signer's own path must begin at the same anchor.
bool Validation::trust_signer(const Certificate& signer, const Path& path, const ValidationOptions& options) {
  if (pending_.size() > kMaxSignerDepth || std::ranges::find(pending_, signer) != pending_.end() ||
      !budget_->spend("CRL signer", 4)) {
    return false;
  }
  ValidationOptions of_signer;
  of_signer.at = options.at;
  of_signer.crl_grace = options.crl_grace;
  of_signer.ocsp = options.ocsp;
  of_signer.freshness = options.freshness;
  of_signer.proofs = options.proofs;
  return run(signer, of_signer, {&path.back(), 1}).verdict == Verdict::kValid;
}

OrderedJson time_or_null(const std::optional<Time>& time) {
  return time ? OrderedJson(to_rfc3339(*time)) : OrderedJson(nullptr);
}

OrderedJson text_or_null(std::string_view text) {
  return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

OrderedJson to_json(const RevocationStatus& status) {
  return {{"certificate", status.certificate},
          {"status", name(status.state)},
          {"source", text_or_null(status.source)},
          {"this_update", time_or_null(status.this_update)},
          {"next_update", time_or_null(status.next_update)},
          {"revoked_at", time_or_null(status.revoked_at)},
          {"reason", text_or_null(status.reason)}};
}

}  // namespace

ValidationReport validate(const Certificate& leaf, const ValidationInputs& inputs, const ValidationOptions& options,
                          const ProfileSet& profiles) {
  WorkBudget budget(options.work_budget);
  Validation validation(inputs, profiles, budget);
  auto known = validation.recall(leaf.facts().sha256, options);
  return known ? *std::move(known) : validation.run(leaf, options, inputs.anchors);
}

Result<ValidationReport> validate(ByteView leaf, const ValidationInputs& inputs, const ValidationOptions& options,
                                  const ProfileSet& profiles) {
  WorkBudget budget(options.work_budget);
  Validation validation(inputs, profiles, budget);
  if (auto known = validation.recall(to_hex(sha256(leaf)), options)) {
    return *std::move(known);
  }
  SHOMEI_TRY(const Certificate certificate, Certificate::parse(leaf));
  return validation.run(certificate, options, inputs.anchors);
}

OrderedJson to_json(const ValidationReport& report, Language language) {
  OrderedJson path = OrderedJson::array();
  for (const Certificate& certificate : report.path) {
    path.push_back(certificate.facts().subject);
  }
  OrderedJson revocation = OrderedJson::array();
  for (const RevocationStatus& status : report.revocation) {
    revocation.push_back(to_json(status));
  }
  return {{"verdict", name(report.verdict)}, {"path", path},
          {"policies", report.policies},     {"hc_roles", report.hc_roles},
          {"revocation", revocation},        {"findings", to_json(report.findings, language)}};
}

OrderedJson to_json(const CrlLookup& answer, Language language) {
  OrderedJson findings = to_json(answer.findings, language);
  for (OrderedJson& finding : findings) {
    finding.erase("certificate");
  }
  return {{"status", name(answer.state)},
          {"revoked_at", time_or_null(answer.revoked_at)},
          {"reason", text_or_null(answer.reason)},
          {"findings", findings}};
}

}  // namespace shomei::auth
