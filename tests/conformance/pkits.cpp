// NIST PKITS, as one JSON table with a row for each sub-test: files, inputs of RFC 5280 6.1.1, expected answer.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/x509/load.h"
#include "base/file.h"
#include "tests/conformance/conformance.h"

namespace shomei::conformance {
namespace {

auth::ValidationOptions options_of(const Json& inputs, Time at) {
  auth::ValidationOptions options;
  options.at = at;
  options.policies = inputs.at("initial_policy_set").get<std::vector<std::string>>();
  options.require_explicit_policy = inputs.at("initial_explicit_policy");
  options.inhibit_policy_mapping = inputs.at("initial_policy_mapping_inhibit");
  options.inhibit_any_policy = inputs.at("initial_any_policy_inhibit");
  return options;
}

auth::Paths files(const std::filesystem::path& folder, const Json& names) {
  auth::Paths paths;
  for (const auto& name : names) {
    paths.push_back(folder / name.get<std::string>());
  }
  return paths;
}

CaseResult judge(const std::filesystem::path& folder, const Json& row, Time at) {
  CaseResult result{row.at("id"), Outcome::kOtherwise, {}};
  const auto leaf = auth::load_certificate(folder / "certs" / row.at("end_entity").get<std::string>());
  const auto inputs = auth::load_inputs({.trust = {folder / "certs" / row.at("trust_anchor").get<std::string>()},
                                         .chain = files(folder / "certs", row.at("intermediates")),
                                         .crl = files(folder / "crls", row.at("crls"))});
  const bool expected = row.at("expected").at("valid");
  if (!leaf || !inputs) {
    result.outcome = compare(expected, false);
    result.detail = describe(leaf ? inputs.error() : leaf.error());
    return result;
  }
  const auth::ValidationOptions options = options_of(row.at("inputs"), at);
  const auth::ValidationReport report = validate(*leaf, *inputs, options, auth::ProfileSet::defaults());
  result.outcome = compare(expected, report.verdict == auth::Verdict::kValid);
  result.detail = std::string(name(report.verdict));
  for (const auth::Finding& finding : report.findings) {
    result.detail += fmt::format("; {} {}", info(finding.check).name, finding.detail);
  }
  auto policies = row.at("expected").at("user_constrained_policy_set").get<std::vector<std::string>>();
  std::ranges::sort(policies);
  if (result.outcome == Outcome::kAgree && expected && report.policies != policies) {
    result.outcome = Outcome::kOtherwise;
    result.detail = fmt::format("policies {}, expected {}", report.policies, policies);
  }
  return result;
}

}  // namespace

std::vector<CaseResult> run_pkits(const std::filesystem::path& folder) {
  const auto text = read_file(folder / "pkits.json", 16 << 20);
  const auto table = text ? parse_json(as_text(*text), {.max_bytes = 16 << 20}) : Result<Json>(Json{});
  if (!text || !table || table->is_null()) {
    return {{"pkits.json", Outcome::kOtherwise, "unreadable"}};
  }
  const auto at = parse_rfc3339(table->at("validation_time").get<std::string>());
  std::vector<CaseResult> results;
  for (const Json& row : table->at("cases")) {
    results.push_back(judge(folder, row, *at));
  }
  return results;
}

}  // namespace shomei::conformance
