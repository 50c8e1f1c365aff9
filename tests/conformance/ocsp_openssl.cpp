// The OCSP answers of OpenSSL's own tests, as one JSON table: root, further CAs, certificate, answers, moment, and an
// error where the path must not pass. Where the table gives fewer answers than the path has certificates below the
// root, the upper ones are not asked about. All are signed with SHA-1, which counted at those moments.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/x509/load.h"
#include "base/file.h"
#include "tests/conformance/conformance.h"

namespace shomei::conformance {
namespace {

auth::ProfileSet profiles_of_2012() {
  auth::ProfileSet profiles = auth::ProfileSet::defaults();
  profiles.algorithms = auth::with_sha1_of_its_time(std::move(profiles.algorithms));
  return profiles;
}

auth::Paths files(const std::filesystem::path& folder, const Json& row, const char* member) {
  auth::Paths paths;
  for (const auto& name : row.value(member, Json::array())) {
    paths.push_back(folder / name.get<std::string>());
  }
  return paths;
}

CaseResult judge(const std::filesystem::path& folder, const Json& row) {
  const bool expected = !row.contains("error");
  CaseResult result{row.at("name"), compare(expected, false), {}};
  auth::ValidationOptions options;
  options.at = parse_rfc3339(row.at("moment").get<std::string>()).value();
  const auth::Paths answers = files(folder, row, "ocsps");
  const auto leaf = auth::load_certificate(folder / row.at("cert").get<std::string>());
  const auto inputs = auth::load_inputs({.trust = {folder / row.at("root").get<std::string>()},
                                         .chain = files(folder, row, "other_certs"),
                                         .crl = {},
                                         .ocsp = answers},
                                        true);
  if (!leaf || !inputs) {
    result.detail = describe(leaf ? inputs.error() : leaf.error());
    return result;
  }
  auth::ValidationReport report = validate(*leaf, *inputs, options, profiles_of_2012());
  std::erase_if(report.findings, [&](const auth::Finding& finding) {
    return finding.check == auth::Check::kRevocationUnknown && finding.certificate >= answers.size();
  });
  const bool good = verdict_of(report.findings) == auth::Verdict::kValid &&
                    report.path.size() == row.at("path_len").get<std::size_t>() &&
                    std::ranges::all_of(report.revocation, [&](const auth::RevocationStatus& status) {
                      return status.certificate >= answers.size() || status.state == auth::RevocationState::kGood;
                    });
  result.outcome = compare(expected, good);
  for (const auth::Finding& finding : report.findings) {
    result.detail += fmt::format("{} {}; ", info(finding.check).name, finding.detail);
  }
  return result;
}

}  // namespace

std::vector<CaseResult> run_ocsp_openssl(const std::filesystem::path& folder) {
  const auto text = read_file(folder / "openssl-ocsp.json", 1 << 20);
  const auto table = text ? parse_json(as_text(*text)) : Result<Json>(Json{});
  if (!text || !table || table->is_null()) {
    return {{"openssl-ocsp.json", Outcome::kOtherwise, "unreadable"}};
  }
  std::vector<CaseResult> results;
  for (const Json& row : *table) {
    results.push_back(judge(folder, row));
  }
  return results;
}

}  // namespace shomei::conformance
