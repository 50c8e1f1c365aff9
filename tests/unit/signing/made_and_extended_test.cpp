// What is made beyond the simple case comes up to LTA as any other signature.
#include "tests/unit/signing/extend_fixture.h"

namespace shomei::signing::test {
namespace {

Bytes made(const std::string& holder, const SignRequest& request) {
  TestKey key = key_of(holder);
  const FixedClock clock(kSigned);
  return must(LocalDocumentSigner(xml(), key, clock).sign(request)).bytes;
}

Document text(const std::string& name, std::string_view content) {
  return Document::from_bytes(name, to_bytes(as_bytes(content)));
}

void expect_archived(const Bytes& file, std::size_t signatures, const std::vector<Document>& detached = {}) {
  ExtendBench bench;
  const Extended extended = bench.extend(file, Level::kLTA, detached);
  EXPECT_EQ(extended.level, Level::kLTA);
  EXPECT_TRUE(extended.pending.empty());
  VerifyInputs given = inputs(extended.bytes, detached);
  given.evidence = bench.evidence;
  const VerifyReport report = must(verify(xml(), given));
  EXPECT_EQ(report.signatures.size(), signatures);
  for (const SignatureReport& signature : report.signatures) {
    EXPECT_EQ(signature.indication, Indication::kTotalPassed) << shown(signature);
  }
}

TEST(MadeAndExtended, PrescriptionsAndDispensings) {
  const Bytes prescription =
      made("doctor1", {.document = text("p.csv", "SJ1\n1,1,4310001\n"), .profile = SignProfile::kEprescription});
  expect_archived(prescription, 1);
  ExtendBench bench;
  // The service brings the prescription to ES-XL before it is dispensed.
  const Bytes long_term = bench.extend(prescription, Level::kLT).bytes;
  expect_archived(made("pharmacist", {.document = text("d.csv", "CJ1\n1,4,4340001\n"),
                                      .profile = SignProfile::kEprescription,
                                      .prescription = Document::from_bytes("p.xml", long_term)}),
                  2);
}

TEST(MadeAndExtended, ManifestsAndParallelSignatures) {
  const std::vector<Document> files{text("a.jpg", "jpeg"), text("b/c.dcm", "dicom")};
  expect_archived(made("doctor1", {.document = Document::from_file(sample("referral_cda.xml")),
                                   .packaging = Packaging::kEnveloped,
                                   .manifest = files}),
                  1, files);
  const Bytes first = made("doctor1", {.document = Document::from_file(sample("referral_cda.xml")),
                                       .packaging = Packaging::kEnveloped,
                                       .relation = Relation::kParallel});
  expect_archived(made("doctor2", {.document = Document::from_bytes("a.xml", first),
                                   .packaging = Packaging::kEnveloped,
                                   .relation = Relation::kParallel}),
                  2);
}

}  // namespace
}  // namespace shomei::signing::test
