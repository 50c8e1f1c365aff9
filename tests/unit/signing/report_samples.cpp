#include "tests/unit/signing/report_samples.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/x509/load.h"
#include "signing/judge/judgement.h"
#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Kind = ValidationObject::Kind;

constexpr std::string_view kTsa = "Shomei Test TSA";

Time at(std::string_view text) {
  return must(parse_rfc3339(text));
}

ValidationObject certificate(const std::string& file, bool carried = true) {
  const auto parsed = must(auth::load_certificate(pki(file)));
  const auto& facts = parsed.facts();
  return {.kind = Kind::kCertificate,
          .name = facts.name.empty() ? facts.subject : facts.name,
          .sha256 = facts.sha256,
          .der = to_bytes(parsed.der()),
          .carried = carried,
          .begin = facts.not_before,
          .end = facts.not_after,
          .known_since = std::nullopt};
}

/// One that is only known by its facts, as of the coming decades.
ValidationObject other(Kind kind, const std::string& name, Time begin, std::optional<Time> end) {
  return {.kind = kind,
          .name = name,
          .sha256 = to_hex(sha256(as_bytes(name + to_rfc3339(begin)))),
          .der = {},
          .carried = true,
          .begin = begin,
          .end = end,
          .known_since = std::nullopt};
}

ValidationObject crl(const std::string& name, Time begin, hours length = hours(96)) {
  return other(Kind::kCrl, name, begin, begin + length);
}

void add_stamp(SignatureReport& report, const std::string& type, Time time, std::string_view tsa = kTsa,
               Indication indication = Indication::kTotalPassed) {
  const ValidationObject token = other(Kind::kTimestamp, std::string(tsa), time, std::nullopt);
  report.timestamps.push_back({.type = type,
                               .time = time,
                               .tsa = std::string(tsa),
                               .indication = indication,
                               .sub_indication = std::nullopt,
                               .sha256 = token.sha256});
  report.objects.push_back(token);
}

void note(SignatureReport& report, Check check, Severity severity, std::string_view detail = {}) {
  report.findings.push_back(make_finding(check, severity, detail));
}

SignatureReport doctor(Level level) {
  const ValidationObject own = certificate("holders/doctor1/signature.cer");
  SignatureReport report;
  report.id = "id-signature-1";
  report.level = level;
  report.profile = "hpki";
  report.indication = Indication::kTotalPassed;
  report.signer = Signer{.name = "Hanako Sato",
                         .name_ja = "佐藤 花子",
                         .serial_number = "D1000017",
                         .organization = "Shomei Higashi Clinic",
                         .hc_roles = {"Medical Doctor"},
                         .certificate_sha256 = own.sha256};
  report.claimed_signing_time = kSigned;
  report.covers = {{.reference = "",
                    .detached = std::nullopt,
                    .signed_bytes = {},
                    .digest_algorithm = DigestAlgorithm::kSha256,
                    .digest = sha256(as_bytes("document"))}};
  report.algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  report.signature_value = Bytes(256, 0x5A);
  report.signed_digest = sha256(as_bytes("signed info"));
  report.algorithm_not_after = at("2030-12-31T23:59:59Z");
  report.objects = {own, certificate("trust/signature/sign_ca.cer"), certificate("trust/signature/root.cer", false)};
  for (ValidationObject& object : report.objects) {
    object.known_since = kSigned + seconds(40);
  }
  note(report, Check::kReferenceIntact, Severity::kInfo, "/");
  note(report, Check::kPathValid, Severity::kInfo, "OU=Shomei Test HPKI Root CA");
  note(report, Check::kFreshnessLenient, Severity::kInfo);
  return report;
}

void stamp_signature(SignatureReport& report) {
  add_stamp(report, "SignatureTimeStamp", kSigned + seconds(40));
  report.best_signature_time = kSigned + seconds(40);
  report.objects.push_back(certificate("tsa/tsa.cer"));
  report.objects.push_back(certificate("trust/timestamp/tsa_ca.cer", false));
  note(report, Check::kTimestampValid, Severity::kInfo, "SignatureTimeStamp");
  note(report, Check::kBestTime, Severity::kInfo, to_rfc3339(kSigned + seconds(40)));
}

void add_lists(SignatureReport& report) {
  report.objects.push_back(crl("HPKI-01-ShomeiTestSignCA-forNonRepudiation", kEpoch - hours(9)));
  report.objects.push_back(crl("HPKI-01-ShomeiTestSignCA-forNonRepudiation", kEpoch + hours(15)));
  report.objects.push_back(crl("Shomei Test HPKI Root CA", kEpoch - days(20), days(90)));
  report.objects.push_back(
      other(Kind::kOcsp, "Shomei Test Time-Stamp CA", kSigned + hours(2), kSigned + hours(2) + days(7)));
}

/// Renewed every three years or so, by authorities of those days.
SignatureReport archived() {
  SignatureReport report = doctor(Level::kLTA);
  stamp_signature(report);
  add_lists(report);
  add_stamp(report, "ArchiveTimeStamp", kSigned + days(2));
  const Time first = at("2029-06-01T02:00:00Z");
  for (int i = 0; i < 9; ++i) {
    const Time renewed = first + days(1095) * i;
    const std::string name = fmt::format("Shomei Test TSA G{}", i + 2);
    report.objects.push_back(other(Kind::kCertificate, name, renewed - days(200), renewed + days(3650)));
    report.objects.push_back(crl("Shomei Test Time-Stamp CA", renewed - hours(20), days(8)));
    add_stamp(report, "ArchiveTimeStamp", renewed, name);
    note(report, Check::kTimestampValid, Severity::kInfo, fmt::format("ArchiveTimeStamp {}", i + 2));
  }
  return report;
}

SignatureReport changed() {
  SignatureReport report = doctor(Level::kT);
  stamp_signature(report);
  add_lists(report);
  report.pending = {Level::kLT};
  report.indication = Indication::kTotalFailed;
  report.sub_indication = SubIndication::kHashFailure;
  report.covers.clear();
  report.findings.clear();
  note(report, Check::kReferenceChanged, Severity::kFail, "#PrescriptionDocument");
  note(report, Check::kPathValid, Severity::kInfo, "OU=Shomei Test HPKI Root CA");
  note(report, Check::kTimestampValid, Severity::kInfo, "SignatureTimeStamp");
  return report;
}

SignatureReport revoked_later() {
  SignatureReport report = doctor(Level::kT);
  report.indication = Indication::kIndeterminate;
  report.sub_indication = SubIndication::kRevokedNoPoe;
  report.revoked_at = kSigned + days(30);
  report.revocation_reason = "keyCompromise";
  report.pending = {Level::kLT, Level::kLTA};
  report.covers = {{.reference = "referral.json",
                    .detached = "referral.json",
                    .signed_bytes = {},
                    .digest_algorithm = DigestAlgorithm::kSha256,
                    .digest = sha256(as_bytes("referral"))}};
  add_stamp(report, "SignatureTimeStamp", kSigned + minutes(3), "Unbekannte Zeitstempelstelle GmbH",
            Indication::kIndeterminate);
  report.objects.push_back(crl("HPKI-01-ShomeiTestSignCA-forNonRepudiation", kSigned + days(35)));
  report.findings.clear();
  note(report, Check::kRevokedWithoutProofOfTime, Severity::kFail, to_rfc3339(kSigned + days(30)));
  note(report, Check::kTimestampCertificate, Severity::kWarn, "Unbekannte Zeitstempelstelle GmbH");
  note(report, Check::kDetachedNotCovered, Severity::kWarn, "laboratory.pdf");
  note(report, Check::kReferenceIntact, Severity::kInfo, "referral.json");
  return report;
}

VerifyReport around(std::vector<SignatureReport> signatures, Time judged, const std::string& file = "referral.xml") {
  const auto& worst = *std::ranges::max_element(signatures, {}, &SignatureReport::indication);
  return {.file = file,
          .at = judged,
          .indication = worst.indication,
          .sub_indication = worst.sub_indication,
          .signatures = std::move(signatures)};
}

}  // namespace

std::vector<ReportSample> report_samples() {
  SignatureReport with_lists = doctor(Level::kLT);
  stamp_signature(with_lists);
  add_lists(with_lists);
  SignatureReport alone = doctor(Level::kB);
  alone.best_signature_time = kJudged;
  note(alone, Check::kNoProofOfTime, Severity::kWarn);
  return {{"passed_lta", around({archived()}, at("2056-04-02T03:00:00Z"))},
          {"passed_lt", around({with_lists}, kSigned + days(75))},
          {"passed_b", around({alone}, kJudged)},
          {"failed", around({changed()}, kSigned + days(75), "PrescriptionReferenceError.xml")},
          {"indeterminate", around({revoked_later()}, kSigned + days(40), "referral.json.p7s")},
          {"several", around({with_lists, revoked_later(), changed()}, kSigned + days(75))},
          {"no_signature",
           {.file = "letter.xml",
            .at = kJudged,
            .indication = Indication::kIndeterminate,
            .sub_indication = SubIndication::kFormatFailure,
            .signatures = {}}}};
}

VerifyReport report_with(const std::string& text) {
  VerifyReport report = around({archived(), revoked_later()}, kJudged, text);
  for (SignatureReport& signature : report.signatures) {
    signature.id = signature.profile = signature.algorithm = signature.revocation_reason = text;
    signature.signer = Signer{text, text, text, text, {text, text}, text};
    for (TimestampReport& stamp : signature.timestamps) {
      stamp.type = stamp.tsa = stamp.sha256 = text;
    }
    for (CoveredPart& part : signature.covers) {
      part.reference = text;
      part.detached = text;
    }
    for (ValidationObject& object : signature.objects) {
      object.name = object.sha256 = text;
    }
    for (Finding& finding : signature.findings) {
      finding = {text, finding.severity, text, text, text, text};
    }
  }
  return report;
}

}  // namespace shomei::signing::test
