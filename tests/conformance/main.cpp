// shomei-conformance DIR [SUITE...]: judges third-party cases that lie in DIR and compares with their verdicts.
#include "tests/conformance/conformance.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

namespace shomei::conformance {

Outcome compare(bool expected_good, bool said_good) {
  return expected_good == said_good ? Outcome::kAgree : said_good ? Outcome::kFalseAccept : Outcome::kFalseReject;
}

namespace {

/// A suite is one file in this folder and one row here.
constexpr Suite kSuites[] = {
    {"pkits", run_pkits},
    {"bsi_cpt", run_bsi_cpt},
    {"ocsp_openssl", run_ocsp_openssl},
    {"eprescription", run_eprescription},
    {"eprescription", run_eprescription_signatures},
    {"xades_xades4j", run_xades4j},
    {"cms_tsa_misc", run_cms_tsa},
    {"c14n", run_c14n},
    {"fhir_jp", run_fhir_jp},
};

/// Disagreements that stand, "suite case: reason" a line; '#' begins a comment. A case with '*' stands for many.
std::map<std::string, std::string> read_known(const char* path) {
  std::map<std::string, std::string> known;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (!line.empty() && line.front() != '#' && colon != std::string::npos) {
      known.emplace(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  return known;
}

/// The line for `key`, by its name or else by a pattern.
std::map<std::string, std::string>::const_iterator find_known(const std::map<std::string, std::string>& known,
                                                              const std::string& key) {
  const auto exact = known.find(key);
  return exact != known.end() ? exact : std::ranges::find_if(known, [&](const auto& line) {
    return line.first.contains('*') && ::fnmatch(line.first.c_str(), key.c_str(), FNM_NOESCAPE) == 0;
  });
}

/// Lines of `suite` that excused nothing.
bool report_unused(const Suite& suite, const std::map<std::string, std::string>& known,
                   const std::set<std::string>& used) {
  bool unused = false;
  for (const auto& [key, reason] : known) {
    if (key.contains('*') && key.starts_with(fmt::format("{} ", suite.name)) && !used.contains(key)) {
      fmt::print("  {} is on the list of known disagreements but stands for none: remove it\n", key);
      unused = true;
    }
  }
  return unused;
}

struct Totals {
  bool failed = false;
  int known = 0;
};

void run(const Suite& suite, const std::filesystem::path& folder, std::map<std::string, std::string>& known,
         Totals& totals) {
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<CaseResult> results = suite.run(folder);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  const auto count = [&](Outcome outcome) { return std::ranges::count(results, outcome, &CaseResult::outcome); };
  fmt::print("{:<16}{:>8}{:>8}{:>14}{:>14}{:>11}{:>9.2f}\n", suite.name, results.size(), count(Outcome::kAgree),
             count(Outcome::kFalseAccept), count(Outcome::kFalseReject), count(Outcome::kOtherwise), time.count());
  std::set<std::string> used;
  for (const CaseResult& result : results) {
    const std::string key = fmt::format("{} {}", suite.name, result.id);
    const auto reason = find_known(known, key);
    const bool listed = reason != known.end();
    if (result.outcome == Outcome::kAgree) {
      if (listed && reason->first == key) {
        fmt::print("  {} is on the list of known disagreements but agrees: remove it\n", key);
        totals.failed = true;
      }
      continue;
    }
    constexpr std::string_view kNames[] = {"", "FALSE ACCEPT", "false reject", "otherwise"};
    // A false accept is never excused.
    const bool excused = listed && result.outcome != Outcome::kFalseAccept;
    totals.failed = totals.failed || !excused;
    totals.known += excused ? 1 : 0;
    if (excused) {
      used.insert(reason->first);
    }
    if (!excused || std::getenv("SHOMEI_CONFORMANCE_ALL") != nullptr) {
      fmt::print("  {} {}: {}\n", kNames[static_cast<std::size_t>(result.outcome)], key,
                 excused ? reason->second : result.detail);
    }
  }
  totals.failed = report_unused(suite, known, used) || totals.failed;
}

int main_of(int count, char** arguments) {
  if (count < 2) {
    fmt::print(stderr, "usage: shomei-conformance DIR [SUITE...]\n");
    return 64;
  }
  auto known = read_known(SHOMEI_SOURCE_DIR "/tests/conformance/known.txt");
  Totals totals;
  fmt::print("{:<16}{:>8}{:>8}{:>14}{:>14}{:>11}{:>9}\n", "suite", "cases", "agree", "false accept", "false reject",
             "otherwise", "time s");
  const std::vector<std::string_view> wanted(arguments + 2, arguments + count);
  int found = 0;
  for (const Suite& suite : kSuites) {
    const auto folder = std::filesystem::path(arguments[1]) / suite.name;
    if ((wanted.empty() || std::ranges::find(wanted, suite.name) != wanted.end()) && std::filesystem::exists(folder)) {
      run(suite, folder, known, totals);
      ++found;
    }
  }
  if (found == 0) {
    fmt::print(stderr, "error: no known suite in {}\n", arguments[1]);
    return 65;
  }
  if (totals.known > 0) {
    fmt::print("{} known disagreements, none of them a false accept: tests/conformance/known.txt\n", totals.known);
  }
  return totals.failed ? 1 : 0;
}

}  // namespace
}  // namespace shomei::conformance

int main(int count, char** arguments) {
  return shomei::conformance::main_of(count, arguments);
}
