// NIST PKITS, as one JSON table with a row for each sub-test: files, inputs of RFC 5280 6.1.1, expected answer. Each
// goes through the command line of the real program.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "tests/conformance/conformance.h"
#include "tests/conformance/program.h"

namespace shomei::conformance {
namespace {

/// The inputs of RFC 5280 6.1.1 as the command line takes them.
std::vector<std::string> options_of(const Json& inputs) {
  std::vector<std::string> options;
  for (const Json& policy : inputs.at("initial_policy_set")) {
    options.insert(options.end(), {"--policy", policy.get<std::string>()});
  }
  const std::pair<const char*, const char*> flags[] = {{"initial_explicit_policy", "--require-explicit-policy"},
                                                       {"initial_policy_mapping_inhibit", "--inhibit-policy-mapping"},
                                                       {"initial_any_policy_inhibit", "--inhibit-any-policy"}};
  for (const auto& [input, option] : flags) {
    if (inputs.at(input).get<bool>()) {
      options.emplace_back(option);
    }
  }
  return options;
}

std::vector<std::string> command_of(const std::filesystem::path& folder, const Json& row, const std::string& at) {
  const auto file = [&](const char* kind, const Json& name) {
    return (folder / kind / name.get<std::string>()).string();
  };
  std::vector<std::string> command{"certificate",
                                   "validate",
                                   file("certs", row.at("end_entity")),
                                   "--json",
                                   "--at",
                                   at,
                                   "--trust",
                                   file("certs", row.at("trust_anchor"))};
  for (const Json& name : row.at("intermediates")) {
    command.insert(command.end(), {"--chain", file("certs", name)});
  }
  for (const Json& name : row.at("crls")) {
    command.insert(command.end(), {"--crl", file("crls", name)});
  }
  std::ranges::copy(options_of(row.at("inputs")), std::back_inserter(command));
  return command;
}

CaseResult judge(const std::filesystem::path& folder, const Json& row, const std::string& at) {
  CaseResult result{row.at("id"), Outcome::kOtherwise, {}};
  const ProgramResult run = run_shomei(command_of(folder, row, at));
  const auto answer = parse_json(run.standard_output);
  const bool expected = row.at("expected").at("valid");
  // Exit statuses: 0 valid, 1 invalid, 2 indeterminate, 65 unreadable.
  const bool unreadable = run.status == 65;
  if ((run.status < 0 || run.status > 2 || !answer) && !unreadable) {
    result.detail = fmt::format("shomei certificate validate: exit status {}", run.status);
    return result;
  }
  result.outcome = compare(expected, run.status == 0);
  if (unreadable) {
    result.detail = "unreadable input";
    return result;
  }
  result.detail = answer->at("verdict").get<std::string>();
  for (const Json& finding : answer->at("findings")) {
    result.detail += fmt::format("; {}", finding.at("text").get<std::string>());
  }
  auto wanted = row.at("expected").at("user_constrained_policy_set").get<std::vector<std::string>>();
  const auto policies = answer->at("policies").get<std::vector<std::string>>();
  std::ranges::sort(wanted);
  if (result.outcome == Outcome::kAgree && expected && policies != wanted) {
    result.outcome = Outcome::kOtherwise;
    result.detail = fmt::format("policies {}, expected {}", policies, wanted);
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
  const auto at = table->at("validation_time").get<std::string>();
  std::vector<CaseResult> results;
  for (const Json& row : table->at("cases")) {
    results.push_back(judge(folder, row, at));
  }
  return results;
}

}  // namespace shomei::conformance
