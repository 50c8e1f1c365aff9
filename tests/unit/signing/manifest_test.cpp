// A referral with attachments: one signature, a ds:Manifest with the digest of every file.
#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

Document file(const std::string& name, std::string_view content) {
  return Document::from_bytes(name, to_bytes(as_bytes(content)));
}

std::vector<Document> attachments() {
  return {file("写真 1.jpg", "jpeg"), file("scan.pdf", "pdf"), file("series/image.dcm", "dicom")};
}

Bytes sign_with_manifest(Packaging packaging = Packaging::kEnveloped, std::vector<Document> files = attachments()) {
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  const SignRequest request{.document = Document::from_file(sample("referral_cda.xml")),
                            .packaging = packaging,
                            .manifest = std::move(files)};
  return must(LocalDocumentSigner(xml(), key, clock).sign(request)).bytes;
}

std::vector<std::string> details(const SignatureReport& report, std::string_view check, Severity severity) {
  std::vector<std::string> all;
  for (const Finding& finding : report.findings) {
    if (finding.check == check && finding.severity == severity) {
      all.push_back(finding.text_en.substr(finding.text_en.rfind(": ") + 2));
    }
  }
  return all;
}

TEST(Manifest, PassesWithEveryFileAndCoversThem) {
  for (const Packaging packaging : {Packaging::kEnveloped, Packaging::kEnveloping, Packaging::kDetached}) {
    VerifyInputs given = inputs(sign_with_manifest(packaging), attachments());
    if (packaging == Packaging::kDetached) {
      given.detached.push_back(Document::from_file(sample("referral_cda.xml")));
    }
    const SignatureReport report = judged(given);
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_EQ(details(report, "manifest.entry", Severity::kInfo),
              (std::vector<std::string>{"写真 1.jpg", "scan.pdf", "series/image.dcm"}));
    EXPECT_EQ(report.covers.size(), 5U);
    EXPECT_FALSE(has_finding(report, "detached.not_covered", Severity::kWarn)) << shown(report);
  }
}

TEST(Manifest, FindsAFileByItsNameWithoutFolders) {
  auto files = attachments();
  files[2].name = "image.dcm";
  EXPECT_EQ(judged(inputs(sign_with_manifest(), files)).indication, Indication::kTotalPassed);
}

TEST(Manifest, ANameThatTwoEntriesEndWithIsNotGuessed) {
  const std::vector<Document> files{file("a/1.dcm", "one"), file("b/1.dcm", "two")};
  const Bytes made = sign_with_manifest(Packaging::kEnveloped, files);
  EXPECT_EQ(judged(inputs(made, files)).indication, Indication::kTotalPassed);
  const SignatureReport report = judged(inputs(made, {file("1.dcm", "one"), file("b/1.dcm", "two")}));
  EXPECT_EQ(report.sub_indication, SubIndication::kSignedDataNotFound) << shown(report);
  EXPECT_EQ(details(report, "manifest.absent", Severity::kFail), std::vector<std::string>{"a/1.dcm"});
}

TEST(Manifest, AbsentFilesAreNamedAndLeaveItOpen) {
  auto files = attachments();
  files.erase(files.begin());
  SignatureReport report = judged(inputs(sign_with_manifest(), files));
  EXPECT_EQ(report.indication, Indication::kIndeterminate);
  EXPECT_EQ(report.sub_indication, SubIndication::kSignedDataNotFound);
  EXPECT_EQ(details(report, "manifest.absent", Severity::kFail), std::vector<std::string>{"写真 1.jpg"});
  report = judged(inputs(sign_with_manifest()));
  EXPECT_EQ(details(report, "manifest.absent", Severity::kFail).size(), 3U);
}

TEST(Manifest, AChangedFileFailsIt) {
  for (std::size_t i = 0; i < 3; ++i) {
    auto files = attachments();
    std::get<Bytes>(files[i].content).push_back('!');
    const SignatureReport report = judged(inputs(sign_with_manifest(), files));
    EXPECT_EQ(report.indication, Indication::kTotalFailed);
    EXPECT_EQ(report.sub_indication, SubIndication::kHashFailure);
    EXPECT_EQ(details(report, "manifest.changed", Severity::kFail), std::vector{files[i].name});
    EXPECT_EQ(details(report, "manifest.entry", Severity::kInfo).size(), 2U);
  }
}

TEST(Manifest, AnEntryThatWasExchangedBreaksTheManifest) {
  const std::string made(as_text(sign_with_manifest()));
  const std::string pdf = to_base64(sha256(as_bytes("pdf")));
  auto files = attachments();
  files[1] = file("scan.pdf", "other");
  const SignatureReport report =
      judged(inputs(to_bytes(as_bytes(replaced(made, pdf, to_base64(sha256(as_bytes("other")))))), files));
  EXPECT_EQ(report.indication, Indication::kTotalFailed);
  EXPECT_EQ(report.sub_indication, SubIndication::kHashFailure) << shown(report);
}

TEST(Manifest, TheDocumentIsStillSigned) {
  const std::string made =
      replaced(std::string(as_text(sign_with_manifest())), "</ClinicalDocument>", "<x/></ClinicalDocument>");
  EXPECT_EQ(judged(inputs(to_bytes(as_bytes(made)), attachments())).sub_indication, SubIndication::kHashFailure);
}

TEST(Manifest, AloneItIsTheWholeContent) {
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  SignRequest request{.document = {}, .manifest = attachments(), .manifest_alone = true};
  LocalDocumentSigner signer(xml(), key, clock);
  const SignatureReport report = judged(inputs(must(signer.sign(request)).bytes, attachments()));
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  request.manifest.clear();
  const auto nothing = signer.sign(request);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::kSignUnsupported);
}

TEST(Manifest, TwoFilesOfOneNameAndCadesAreRefused) {
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  LocalDocumentSigner signer(xml(), key, clock);
  SignRequest request{.document = Document::from_file(sample("referral_cda.xml")),
                      .manifest = {file("a", "1"), file("a", "2")}};
  for (const Format format : {Format::kXades, Format::kCades}) {
    request.format = format;
    const auto made = signer.sign(request);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::kSignUnsupported) << describe(made.error());
    request.manifest.pop_back();
  }
  EXPECT_EQ(key.uses, 0);
}

TEST(Manifest, XmlsecChecksItsEntriesToo) {
  const Folder folder;
  for (const Document& attached : attachments()) {
    std::filesystem::create_directories((folder.path() / attached.name).parent_path());
    folder.write(attached.name, std::get<Bytes>(attached.content));
  }
  folder.write("s.xml", sign_with_manifest());
  const std::string verify_it = fmt::format(
      "TZ=UTC xmlsec1 --verify --enabled-key-data x509 --trusted-der {} "
      "--verification-time '2026-04-01 00:20:00' --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "
      "--id-attr:Id http://www.w3.org/2000/09/xmldsig#:Manifest s.xml",
      pki("trust/signature/root.cer").string());
  const Ran good = run(folder.path(), verify_it);
  EXPECT_EQ(good.status, 0) << good.output;
  EXPECT_NE(good.output.find("Manifests References (ok/all): 3/3"), std::string::npos) << good.output;
  folder.write("scan.pdf", as_bytes("other"));
  const Ran changed = run(folder.path(), verify_it);
  EXPECT_NE(changed.output.find("Manifests References (ok/all): 2/3"), std::string::npos) << changed.output;
}

}  // namespace
}  // namespace shomei::signing::test
