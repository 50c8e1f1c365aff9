// Everything that we write as XML is what the schemas of ETSI and W3C say: XAdES signatures in all forms, reports of TS
// 119 102-2 about good, bad and unknown signatures.
#include <fmt/format.h>

#include <algorithm>

#include "auth/x509/load.h"
#include "base/file.h"
#include "base/software_key.h"
#include "signing/document_signer.h"
#include "signing/extend.h"
#include "signing/report/etsi_report.h"
#include "tests/conformance/schema.h"
#include "tests/conformance/signatures.h"
#include "tests/doubles/test_tsa.h"

namespace shomei::conformance {
namespace {

namespace fs = std::filesystem;
using signing::Document;
using signing::Format;
using signing::Packaging;

const fs::path kPki = fs::path(SHOMEI_SOURCE_DIR) / "testcerts/hpki/fixed";
const fs::path kSamples = fs::path(SHOMEI_SOURCE_DIR) / "tests/samples";
constexpr std::string_view kDs = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kReport = "http://uri.etsi.org/19102/v1.2.1#";

/// The XAdES schemas import each other by addresses of the web.
constexpr std::string_view kXadesSchema = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="http://www.w3.org/2000/09/xmldsig#" schemaLocation="xmldsig-core-schema.xsd"/>
<xs:import namespace="http://uri.etsi.org/01903/v1.3.2#" schemaLocation="1913201-XAdES01903v132.xsd"/>
<xs:import namespace="http://uri.etsi.org/01903/v1.4.1#" schemaLocation="1913201-XAdES01903v141.xsd"/>
</xs:schema>)";
constexpr std::string_view kReportSchema = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:import namespace="http://uri.etsi.org/19102/v1.2.1#" schemaLocation="ts_11910202.xsd"/>
</xs:schema>)";

/// A signature that we made, with what it takes to judge it.
struct Made {
  std::string form;
  Bytes bytes;
  std::vector<Document> detached;
  Time at;
};

/// The tests' authority, without the way through HTTP.
class Stamps final : public signing::TimestampSource {
 public:
  explicit Stamps(const Clock& clock) : tsa_(TsaIdentity::of_test_pki(), clock) {}
  Result<Bytes> stamp(DigestAlgorithm algorithm, ByteView digest) override { return tsa_.token(algorithm, digest); }

 private:
  TestTsa tsa_;
};

struct Bench {
  signing::XmlLibrary xml;
  std::unique_ptr<SoftwareKey> key;
  auth::ValidationInputs evidence;
  Time at = *parse_rfc3339("2026-04-01T00:10:00Z");
  Schema xades;
  Schema reports;
};

std::map<std::string, fs::path> xades_files(const fs::path& folder) {
  return {{"xmldsig-core-schema.xsd", folder / "dss/xmldsig-core-schema.xsd"},
          {"1913201-XAdES01903v132.xsd", folder / "dss/XAdES01903v132-202407.xsd"},
          {"1913201-XAdES01903v141.xsd", folder / "dss/XAdES01903v141-202407.xsd"}};
}

std::map<std::string, fs::path> report_files(const fs::path& folder) {
  const fs::path etsi = folder / "pyhanko/xsd/etsi";
  return {{"ts_11910202.xsd", etsi / "ts_11910202.xsd"},
          {"xades.xsd", etsi / "xades.xsd"},
          {"ts_119612.xsd", etsi / "ts_119612.xsd"},
          {"xmldsig_core.xsd", folder / "pyhanko/xsd/w3c/xmldsig_core.xsd"},
          {"xml.xsd", folder / "dss/xml.xsd"}};
}

/// A form that we write: its name, what is asked for, and what lies beside the signature.
struct Form {
  std::string name;
  signing::SignRequest request;
  std::vector<Document> detached = {};
};

Document sample(const std::string& file) {
  return Document::from_file(kSamples / file);
}
Document text(const std::string& name, std::string_view content) {
  return Document::from_bytes(name, to_bytes(as_bytes(content)));
}

std::vector<Form> first_forms() {
  const Document xml = sample("referral_cda.xml");
  const Document json = sample("referral_fhir.json");
  const std::vector<Document> attachments{text("images/1.dcm", "DICM"), text("photo.jpg", "JFIF")};
  std::vector<Document> all_files = attachments;
  all_files.push_back(json);
  const signing::ShownEvidence shown{*digest_of(DigestAlgorithm::kSha256, xml), "内科の紹介状 <1>"};
  return {
      {"XAdES enveloped", {.document = xml, .packaging = Packaging::kEnveloped}},
      {"XAdES enveloping", {.document = json, .packaging = Packaging::kEnveloping}},
      {"XAdES detached", {.document = json}, {json}},
      {"XAdES with a manifest",
       {.document = xml, .packaging = Packaging::kEnveloped, .manifest = attachments},
       attachments},
      {"XAdES of a manifest alone", {.document = {}, .manifest = all_files, .manifest_alone = true}, all_files},
      {"XAdES that may have others beside it",
       {.document = xml, .packaging = Packaging::kEnveloped, .relation = signing::Relation::kParallel}},
      {"XAdES with what was shown", {.document = xml, .packaging = Packaging::kEnveloped, .shown = shown}},
      {"XAdES with SHA-512", {.document = xml, .packaging = Packaging::kEnveloped, .digest = DigestAlgorithm::kSha512}},
      {"XAdES prescription",
       {.document = text("p.csv", "SJ1\n1,1,4310001,43,城東クリニック\n201,1,1,1,2,620000001,試験錠１ｍｇ,1,1,錠\n"),
        .profile = signing::SignProfile::kEprescription}},
      {"CAdES", {.document = json, .format = Format::kCades}, {json}},
  };
}

/// What is made out of a file with signatures: a second one beside the first, one over it, a dispensing.
std::vector<Form> further_forms(const Made& made) {
  const Document file = Document::from_bytes("referral.xml", made.bytes);
  const auto request = [&](signing::Relation relation) {
    return signing::SignRequest{.document = file, .packaging = Packaging::kEnveloped, .relation = relation};
  };
  if (made.form == "XAdES enveloped") {
    return {{"XAdES counter-signature", request(signing::Relation::kCounter)}};
  }
  if (made.form == "XAdES that may have others beside it") {
    return {{"XAdES two beside each other", request(signing::Relation::kParallel)}};
  }
  if (made.form == "XAdES prescription") {
    return {{"XAdES dispensing",
             {.document = text("d.csv", "CJ1\n1,4,4340001,43,城東薬局\n201,1,試験錠１ｍｇ,1,錠,2,620000001,\n"),
              .profile = signing::SignProfile::kEprescription,
              .prescription = file}}};
  }
  return {};
}

Result<Made> sign(Bench& bench, const Form& form) {
  const FixedClock clock(bench.at);
  SHOMEI_TRY(auto made, signing::LocalDocumentSigner(bench.xml, *bench.key, clock).sign(form.request));
  return Made{form.name, std::move(made.bytes), form.detached, bench.at};
}

/// The signature at levels T, LT and LTA, and with its archive time stamp renewed.
Result<void> add_levels(Bench& bench, const Made& made, std::vector<Made>& all) {
  FixedClock clock(made.at + std::chrono::minutes(1));
  Stamps stamps(clock);
  Made next = made;
  for (const auto& [name, level] : {std::pair("T", signing::Level::kT),
                                    {"LT", signing::Level::kLT},
                                    {"LTA", signing::Level::kLTA},
                                    {"LTA renewed", signing::Level::kLTA}}) {
    SHOMEI_TRY(auto extended, signing::extend(bench.xml,
                                              {.file = Document::from_bytes("signature", next.bytes),
                                               .detached = made.detached,
                                               .level = level,
                                               .stamps = &stamps,
                                               .evidence = bench.evidence},
                                              clock));
    if (extended.level != level || !extended.pending.empty()) {
      return fail(Code::kInternal, made.form + " does not reach " + name);
    }
    next = {fmt::format("{}, {}", made.form, name), std::move(extended.bytes), made.detached, made.at};
    all.push_back(next);
    clock.advance(std::chrono::minutes(1));
  }
  return {};
}

CaseResult told(std::string id, const std::string& problems) {
  return {std::move(id), problems.empty() ? Outcome::kAgree : Outcome::kOtherwise, problems};
}

/// Every form at every level. One that cannot be made is a case of its own.
std::vector<Made> all_forms(Bench& bench, std::vector<CaseResult>& results) {
  std::vector<Form> forms = first_forms();
  std::vector<Made> all;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const auto made = sign(bench, Form(forms[i]));
    if (!made) {
      results.push_back(told(forms[i].name, describe(made.error())));
      continue;
    }
    all.push_back(*made);
    if (const auto levels = add_levels(bench, *made, all); !levels) {
      results.push_back(told(forms[i].name + ", levels", describe(levels.error())));
    }
    std::ranges::move(further_forms(*made), std::back_inserter(forms));
  }
  return all;
}

/// Reports on the signature as it is, without anything to trust, and over other content.
void judge_reports(const Bench& bench, const Made& made, std::vector<CaseResult>& results) {
  signing::VerifyInputs good{.file = Document::from_bytes("signature <&>", made.bytes),
                             .detached = made.detached,
                             .evidence = bench.evidence,
                             .at = made.at + std::chrono::minutes(10)};
  signing::VerifyInputs untrusted = good;
  untrusted.evidence = {};
  signing::VerifyInputs late = good;
  late.at += std::chrono::years(30);
  signing::VerifyInputs other = good;
  other.detached = {Document::from_bytes("other.json", to_bytes(as_bytes("{}")))};
  for (const auto& [what, inputs] : {std::pair("good", &good),
                                     {"nothing trusted", &untrusted},
                                     {"thirty years later", &late},
                                     {"other content", &other}}) {
    const auto report = verify(bench.xml, *inputs);
    for (const Language language : {Language::kEn, Language::kJa}) {
      const std::string id =
          fmt::format("report {} of {}, {}", language == Language::kJa ? "ja" : "en", made.form, what);
      results.push_back(report ? told(id, bench.reports.validate(as_bytes(etsi_report(*report, language)),
                                                                 std::string(kReport), "ValidationReport"))
                               : told(id, describe(report.error())));
    }
  }
}

Result<void> prepare(Bench& bench) {
  const fs::path holder = kPki / "holders/doctor1";
  SHOMEI_TRY(const Bytes certificate, read_file(holder / "signature.cer", 1 << 16));
  SHOMEI_TRY(bench.key, SoftwareKey::load(holder / "signature.key.pem", certificate));
  SHOMEI_TRY(bench.evidence,
             auth::load_inputs(
                 {.trust = {kPki / "trust/signature", kPki / "trust/timestamp"}, .chain = {}, .crl = {kPki / "crl"}}));
  for (const Schema* schema : {&bench.xades, &bench.reports}) {
    if (!schema->problem().empty()) {
      return fail(Code::kInputMalformed, schema->problem());
    }
  }
  return {};
}

}  // namespace

std::vector<CaseResult> run_xsd(const fs::path& folder) {
  Bench bench{.xml = {},
              .key = {},
              .evidence = {},
              .xades = Schema(std::string(kXadesSchema), xades_files(folder)),
              .reports = Schema(std::string(kReportSchema), report_files(folder))};
  if (const auto ready = prepare(bench); !ready) {
    return {{"prepare", Outcome::kOtherwise, describe(ready.error())}};
  }
  std::vector<CaseResult> results;
  for (const Made& made : all_forms(bench, results)) {
    if (made.form.starts_with("XAdES")) {
      results.push_back(told(made.form, bench.xades.validate(made.bytes, std::string(kDs), "Signature")));
    }
    judge_reports(bench, made, results);
  }
  // The judge itself: one that finds nothing wrong in this has no schema.
  const std::string broken = "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo/></Signature>";
  results.push_back({"a signature without content",
                     compare(false, bench.xades.validate(as_bytes(broken), std::string(kDs), "Signature").empty()),
                     ""});
  results.push_back(told("report on a file without signatures",
                         bench.reports.validate(as_bytes(signing::etsi_report(signing::VerifyReport(), Language::kEn)),
                                                std::string(kReport), "ValidationReport")));
  return results;
}

}  // namespace shomei::conformance
