// The real HPKI: end-entity certificate and CRLs that an official sample document carries, judged under the real root.
#include <fmt/format.h>

#include <set>

#include "auth/x509/load.h"
#include "base/file.h"
#include "tests/conformance/conformance.h"

namespace shomei::conformance {
namespace {

/// Base64 content of every element of that local name.
std::vector<Bytes> embedded(std::string_view xml, std::string_view local_name) {
  std::vector<Bytes> found;
  for (std::size_t at = 0; (at = xml.find(local_name, at)) != std::string_view::npos;) {
    const std::size_t begin = xml.find('>', at);
    const std::size_t end = xml.find('<', begin);
    const char before = at > 0 ? xml[at - 1] : ' ';
    if (begin == std::string_view::npos || end == std::string_view::npos) {
      break;
    }
    if (before == '<' || (before == ':' && xml[xml.rfind('<', at) + 1] != '/')) {
      if (auto bytes = from_base64(xml.substr(begin + 1, end - begin - 1), Blanks::kSkip); bytes && !bytes->empty()) {
        found.push_back(*std::move(bytes));
      }
    }
    at = end;
  }
  return found;
}

struct Question {
  std::string_view id;
  auth::Purpose purpose;
  std::string_view at;
  /// Parts of the CRLs' issuers that are left out of the evidence.
  std::string_view without;
  auth::Verdict expected;
};

constexpr Question kQuestions[] = {
    {"signature at 2022-09-07", auth::Purpose::kSignature, "2022-09-07T12:00:00Z", "", auth::Verdict::kValid},
    {"signature at 2022-09-08", auth::Purpose::kSignature, "2022-09-08T00:00:00Z", "", auth::Verdict::kValid},
    {"any at 2022-09-08", auth::Purpose::kAny, "2022-09-08T00:00:00Z", "", auth::Verdict::kValid},
    {"authentication at 2022-09-08", auth::Purpose::kAuthentication, "2022-09-08T00:00:00Z", "",
     auth::Verdict::kInvalid},
    {"stale CRLs at 2022-09-20", auth::Purpose::kSignature, "2022-09-20T00:00:00Z", "", auth::Verdict::kIndeterminate},
    {"no SARL", auth::Purpose::kSignature, "2022-09-07T12:00:00Z", "Ministry", auth::Verdict::kIndeterminate},
    {"no CRL of the CA", auth::Purpose::kSignature, "2022-09-07T12:00:00Z", "MEDIS", auth::Verdict::kIndeterminate},
};

CaseResult judge(const Question& question, const auth::Certificate& leaf, const auth::ValidationInputs& all) {
  auth::ValidationInputs inputs = all;
  std::erase_if(inputs.crls, [&](const auth::Crl& crl) {
    return !question.without.empty() && crl.facts().issuer.find(question.without) != std::string::npos;
  });
  auth::ValidationOptions options;
  options.at = *parse_rfc3339(question.at);
  options.purpose = question.purpose;
  const auth::ValidationReport report = validate(leaf, inputs, options, auth::ProfileSet::defaults());
  CaseResult result{std::string(question.id), Outcome::kAgree, std::string(name(report.verdict))};
  if (report.verdict != question.expected) {
    result.outcome = report.verdict == auth::Verdict::kValid      ? Outcome::kFalseAccept
                     : question.expected == auth::Verdict::kValid ? Outcome::kFalseReject
                                                                  : Outcome::kOtherwise;
  }
  for (const auth::Finding& finding : report.findings) {
    result.detail += fmt::format("; {} {}", info(finding.check).name, finding.detail);
  }
  return result;
}

}  // namespace

std::vector<CaseResult> run_eprescription(const std::filesystem::path& folder) {
  const auto xml = read_file(folder / "good" / "Prescription-004_01.xml", 16 << 20);
  auto inputs = auth::load_inputs({.trust = {folder / "trust"}, .chain = {}, .crl = {}});
  if (!xml || !inputs) {
    return {{"Prescription-004_01.xml", Outcome::kOtherwise, "unreadable"}};
  }
  const auto certificates = embedded(as_text(*xml), "X509Certificate");
  for (Bytes& der : embedded(as_text(*xml), "EncapsulatedCRLValue")) {
    if (auto crl = auth::Crl::parse(std::move(der))) {
      inputs->crls.push_back(*std::move(crl));
    }
  }
  const auto leaf =
      certificates.empty() ? auth::Certificate::parse({}) : auth::Certificate::parse(certificates.front());
  if (!leaf || inputs->crls.empty()) {
    return {{"Prescription-004_01.xml", Outcome::kOtherwise, "no certificate or CRL inside"}};
  }
  std::vector<CaseResult> results;
  for (const Question& question : kQuestions) {
    results.push_back(judge(question, *leaf, *inputs));
  }
  return results;
}

}  // namespace shomei::conformance
