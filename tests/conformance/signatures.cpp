// Third-party signatures, judged as far as level B goes: the official e-prescription samples and the xades4j corpus.
#include "tests/conformance/signatures.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "auth/x509/load.h"
#include "base/file.h"

namespace shomei::conformance {
namespace {

using signing::Indication;
using signing::SubIndication;

signing::VerifyInputs inputs_for(const std::filesystem::path& file, auth::ValidationInputs evidence,
                                 std::string_view at) {
  return {.file = signing::Document::from_file(file),
          .detached = {},
          .evidence = std::move(evidence),
          .at = *parse_rfc3339(at),
          .policy = {}};
}

struct Expected {
  std::string_view file;
  std::string_view at;
  /// Nothing: the file is not even read ("xml.malformed" and the like are errors, not verdicts).
  std::optional<Indication> indication;
  std::optional<SubIndication> sub;
  /// The reason that the file's name announces: a finding that fails or warns, or the error's id.
  std::string_view check = {};
};

constexpr std::string_view kSigned = "2022-09-07T12:00:00Z";

/// Those with faults in time stamps have no Reference either, so all of these reasons stand beside one another.
const Expected kPrescriptions[] = {
    {"good/Prescription-004_01.xml", kSigned, Indication::kTotalPassed, {}},
    // Its manifest lists files that are not there.
    {"good/Scan_20170511154438586_ESXLA.xml", "2017-05-11T12:00:00Z", Indication::kIndeterminate,
     SubIndication::kSignedDataNotFound},
    {"bad/PrescriptionReferenceError.xml", kSigned, Indication::kTotalFailed, SubIndication::kHashFailure,
     "reference.algorithm"},
    {"bad/SignatureTimeStamp-CertsCrlsBase64Error.xml", kSigned, Indication::kTotalFailed,
     SubIndication::kFormatFailure, "embedded.unreadable"},
    {"bad/SignatureTimeStamp-SignatureValueHashError.xml", kSigned, Indication::kTotalFailed,
     SubIndication::kFormatFailure, "timestamp.imprint"},
    {"bad/SignatureTimeStamp-TimeStampBase64Error.xml", kSigned, Indication::kTotalFailed,
     SubIndication::kFormatFailure, "timestamp.format"},
    {"bad/SignatureTimeStamp-TimeStampC14nMethodError.xml", kSigned, Indication::kIndeterminate,
     SubIndication::kSigConstraintsFailure, "timestamp.imprint"},
    {"bad/SignatureValue-KeyInfoError.xml", kSigned, Indication::kTotalFailed, SubIndication::kHashFailure,
     "signing_certificate.not_found"},
    {"bad/SignatureValue-SignatureBase64Error.xml", kSigned, Indication::kTotalFailed, SubIndication::kFormatFailure,
     "format"},
    {"bad/SignatureValue-SignedInfoError.xml", kSigned, {}, {}, "xml.malformed"},
    {"bad/XmlSchemaPrescriptionError.xml", kSigned, Indication::kTotalFailed, SubIndication::kFormatFailure, "format"},
};

bool says(const Result<signing::VerifyReport>& report, std::string_view check) {
  if (!report) {
    return describe(report.error()).starts_with(check);
  }
  return std::ranges::any_of(report->signatures, [&](const signing::SignatureReport& signature) {
    return std::ranges::any_of(signature.findings, [&](const signing::Finding& finding) {
      return finding.severity != signing::Severity::kInfo && finding.check == check;
    });
  });
}

Outcome compare_with(const Expected& expected, const Result<signing::VerifyReport>& report) {
  const bool same = report ? report->indication == expected.indication && report->sub_indication == expected.sub
                           : !expected.indication;
  if (same) {
    return expected.check.empty() || says(report, expected.check) ? Outcome::kAgree : Outcome::kOtherwise;
  }
  if (report && report->indication == Indication::kTotalPassed) {
    return Outcome::kFalseAccept;
  }
  return expected.indication == Indication::kTotalPassed ? Outcome::kFalseReject : Outcome::kOtherwise;
}

/// The signer of the good prescription, as SOURCE.txt and the certificate say.
bool is_the_doctor(const signing::VerifyReport& report) {
  const auto& signer = report.signatures.at(0).signer;
  return signer && signer->name == "Sanjushi Kagurazaka" &&
         signer->hc_roles == std::vector<std::string>{"Medical Doctor"};
}

/// What each invalid one must be refused for.
const std::map<std::string_view, std::string_view> kRefusals = {
    {"bad/document.signed.t.bes.badsignedprops.xml", "format"},
    {"bad/document.signed.bes.signedpropsrefnotype.xml", "format"},
    {"bad/document.signed.c.bad.xml", "references.incomplete"},
    {"bad/TSL_BE.nocert.xml", "signing_certificate.not_found"},
    {"bad/document.signed.bes.invaliddataobj.xml", "reference.digest"},
    {"bad/document.signed.t.bes.badtsdigest.xml", "timestamp.imprint"},
    {"bad/document.signed.bes.invalidsigvalue.xml", "signature.value"},
    {"bad/document.signed.c.missingcertref.xml", "references.incomplete"},
    {"bad/document.signed.bes.cs.invalidtransforms.xml", "reference.forbidden"},
    {"bad/document.bes.without-sign-cert-prop-keyinfo-not-signed.xml", "signing_certificate.absent"},
};

CaseResult judge_xades4j(const signing::XmlLibrary& xml, const std::filesystem::path& folder, const std::string& file,
                         const auth::ValidationInputs& evidence, bool expected) {
  signing::VerifyInputs inputs = inputs_for(folder / "xml" / file, evidence, "2024-12-01T00:00:00Z");
  inputs.policy.purpose = auth::Purpose::kAny;
  inputs.policy.accept_sha1 = true;
  inputs.policy.accept_signed_key_info = true;
  // What the application hands in: for detached.c.xml the licence of xades4j, which lies in the suite or not.
  const auto beside = file == "detached.c.xml" ? std::vector<std::string>{"license.txt"}
                                               : std::vector<std::string>{"content.xml", "document.xml", "logo-01.png"};
  for (const std::string& name : beside) {
    if (std::filesystem::exists(folder / "xml" / name)) {
      inputs.detached.push_back(signing::Document::from_file(folder / "xml" / name));
    }
  }
  const auto report = verify(xml, inputs);
  const bool sound = report && !report->signatures.empty() && std::ranges::all_of(report->signatures, is_sound);
  const auto refusal = kRefusals.find(file);
  const bool otherwise = !sound && refusal != kRefusals.end() && !says(report, refusal->second);
  return {file, otherwise ? Outcome::kOtherwise : compare(expected, sound), shown(report)};
}

}  // namespace

bool is_sound(const signing::SignatureReport& signature) {
  return signature.signer && std::ranges::none_of(signature.findings, [](const signing::Finding& finding) {
           const std::string_view check = finding.check;
           const bool of_signature =
               check.starts_with("format") || check.starts_with("reference") || check.starts_with("sign") ||
               check.starts_with("covers") || check.starts_with("manifest") || check.starts_with("eprescription") ||
               check == "timestamp.imprint" || check == "timestamp.format" || check == "timestamp.signature";
           return finding.severity == signing::Severity::kFail && of_signature;
         });
}

std::string shown(const Result<signing::VerifyReport>& report) {
  if (!report) {
    return describe(report.error());
  }
  std::string text = fmt::format("{} {}", name(report->indication),
                                 report->sub_indication ? name(*report->sub_indication) : std::string_view());
  for (const signing::SignatureReport& signature : report->signatures) {
    for (const signing::Finding& finding : signature.findings) {
      if (finding.severity == signing::Severity::kFail) {
        text += fmt::format("; {}: {}", finding.check, finding.text_en);
      }
    }
  }
  return text;
}

std::vector<CaseResult> run_eprescription_signatures(const std::filesystem::path& folder) {
  const signing::XmlLibrary xml;
  const auto evidence = auth::load_inputs({.trust = {folder / "trust"}, .chain = {}, .crl = {}});
  if (!evidence) {
    return {{"trust", Outcome::kOtherwise, describe(evidence.error())}};
  }
  std::vector<CaseResult> results;
  for (const Expected& expected : kPrescriptions) {
    const auto report = verify(xml, inputs_for(folder / expected.file, *evidence, expected.at));
    CaseResult result{std::string(expected.file), compare_with(expected, report), shown(report)};
    if (expected.indication == Indication::kTotalPassed && result.outcome == Outcome::kAgree &&
        !is_the_doctor(*report)) {
      result.outcome = Outcome::kOtherwise;
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<CaseResult> run_xades4j(const std::filesystem::path& folder) {
  const signing::XmlLibrary xml;
  const auto nist = folder / "cert/csrc.nist";
  const auto evidence = auth::load_inputs(
      {.trust = {folder / "cert/my/TestCA.cer", nist / "Trust Anchor CP.01.01.crt"},
       .chain = {folder / "cert/my/Interm.cer", folder / "cert/my/LG.cer",
                 nist / "Intermediate Certificate 1 CP.02.01.crt", nist / "Intermediate Certificate 2 CP.02.01.crt"},
       .crl = {nist / "Trust Anchor CRL CP.01.01.crl", nist / "Intermediate CRL 1 CP.02.01.crl",
               nist / "Intermediate CRL 2 CP.02.01.crl"}});
  const auto text = read_file(folder / "expected.json", 1 << 20);
  const auto expected = text ? parse_json(as_text(*text)) : std::unexpected(text.error());
  if (!evidence || !expected) {
    return {{"expected.json", Outcome::kOtherwise, describe(evidence ? expected.error() : evidence.error())}};
  }
  std::vector<CaseResult> results;
  for (const auto& [file, form] : expected->at("valid").items()) {
    results.push_back(judge_xades4j(xml, folder, file, *evidence, true));
  }
  for (const auto& [file, reason] : expected->at("invalid").items()) {
    results.push_back(judge_xades4j(xml, folder, file, *evidence, false));
  }
  return results;
}

}  // namespace shomei::conformance
