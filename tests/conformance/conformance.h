#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace shomei::conformance {

/// How our answer relates to the suite's. Answers other than accept and refuse (a policy set, a reason) that differ are
/// kOtherwise.
enum class Outcome { kAgree, kFalseAccept, kFalseReject, kOtherwise };

struct CaseResult {
  std::string id;
  Outcome outcome = Outcome::kAgree;
  /// What we said, for people; of disagreements it is shown.
  std::string detail;
};

/// A third-party suite: judges every case in `folder` and compares. Only this program opens files of verdicts.
struct Suite {
  /// Also the name of its folder in DIR.
  std::string_view name;
  std::vector<CaseResult> (*run)(const std::filesystem::path& folder);
};

/// Agreement where `expected_good` equals `said_good`.
Outcome compare(bool expected_good, bool said_good);

std::vector<CaseResult> run_pkits(const std::filesystem::path& folder);
std::vector<CaseResult> run_bsi_cpt(const std::filesystem::path& folder);
std::vector<CaseResult> run_ocsp_openssl(const std::filesystem::path& folder);
std::vector<CaseResult> run_eprescription(const std::filesystem::path& folder);
std::vector<CaseResult> run_eprescription_signatures(const std::filesystem::path& folder);
std::vector<CaseResult> run_xades4j(const std::filesystem::path& folder);
std::vector<CaseResult> run_cms_tsa(const std::filesystem::path& folder);
std::vector<CaseResult> run_c14n(const std::filesystem::path& folder);
std::vector<CaseResult> run_fhir_jp(const std::filesystem::path& folder);

}  // namespace shomei::conformance
