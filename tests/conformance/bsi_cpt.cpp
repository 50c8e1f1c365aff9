// BSI Certification Path Test Tool: one folder for each case; TA is the anchor, TC the certificate under test. An
// expectation is VALID or INVALID; cases without one, or with both, are not counted.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/x509/load.h"
#include "base/file.h"
#include "tests/conformance/conformance.h"

namespace shomei::conformance {
namespace {

struct Files {
  auth::Paths test;
  auth::EvidencePaths evidence;
};

Files sort_out(const std::filesystem::path& folder, const Json& names) {
  Files files;
  for (const auto& entry : names) {
    const auto name = entry.get<std::string>();
    auto& where = name.find(".TC.") != std::string::npos   ? files.test
                  : name.find(".TA.") != std::string::npos ? files.evidence.trust
                  : name.ends_with(".crl")                 ? files.evidence.crl
                                                           : files.evidence.chain;
    if (name.ends_with(".crt") || name.ends_with(".crl")) {
      where.push_back(folder / name);
    }
  }
  return files;
}

CaseResult judge(const std::filesystem::path& folder, const Json& row, bool expected, Time at) {
  CaseResult result{row.at("id"), compare(expected, false), {}};
  const Files files = sort_out(folder, row.at("files"));
  if (files.test.empty()) {
    result.detail = "no certificate under test";
    return result;
  }
  const auto leaf = auth::load_certificate(files.test.front());
  const auto inputs = auth::load_inputs(files.evidence);
  if (!leaf || !inputs) {
    result.detail = describe(leaf ? inputs.error() : leaf.error());
    return result;
  }
  auth::ValidationOptions options;
  options.at = at;
  options.check_revocation = row.at("revocation");
  const auth::ValidationReport report = validate(*leaf, *inputs, options, auth::ProfileSet::defaults());
  // An expectation of severity WARNING: the deviation may be handled gracefully if it is told.
  const bool told = std::ranges::any_of(report.findings, [](const auth::Finding& finding) {
    return finding.check == auth::Check::kPathProfileDeviation;
  });
  const bool lenient = !expected && told && row.at("severity").front() == "WARNING";
  result.outcome = lenient ? Outcome::kAgree : compare(expected, report.verdict == auth::Verdict::kValid);
  result.detail = std::string(name(report.verdict));
  for (const auth::Finding& finding : report.findings) {
    result.detail += fmt::format("; {} {}", info(finding.check).name, finding.detail);
  }
  return result;
}

}  // namespace

std::vector<CaseResult> run_bsi_cpt(const std::filesystem::path& folder) {
  const auto text = read_file(folder / "expected.json", 4 << 20);
  const auto table = text ? parse_json(as_text(*text), {.max_bytes = 4 << 20}) : Result<Json>(Json{});
  if (!text || !table || table->is_null()) {
    return {{"expected.json", Outcome::kOtherwise, "unreadable"}};
  }
  const auto at = parse_rfc3339(table->at("validation_time").get<std::string>());
  std::vector<CaseResult> results;
  for (const Json& row : table->at("cases")) {
    const Json& expected = row.at("expected");
    if (expected.is_array() && expected.size() == 1) {
      results.push_back(judge(folder, row, expected.front() == "VALID", *at));
    }
  }
  return results;
}

}  // namespace shomei::conformance
