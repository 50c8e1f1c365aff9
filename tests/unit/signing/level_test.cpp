#include "signing/xades/xades_facts.h"
#include "tests/unit/signing/fixture.h"
#include "tests/unit/signing/openssl_tsa.h"

namespace shomei::signing::test {
namespace {

TEST(Level, IsTheHighestWhosePropertiesAreAllThere) {
  CarriedEvidence carried;
  EXPECT_EQ(level_of(carried), Level::kB);
  carried.has_certificate_values = carried.has_revocation_values = true;
  EXPECT_EQ(level_of(carried), Level::kB);
  carried.timestamps = {{"ArchiveTimeStamp", {}}};
  EXPECT_EQ(level_of(carried), Level::kB);
  carried.timestamps = {{"SignatureTimeStamp", {}}};
  EXPECT_EQ(level_of(carried), Level::kLT);
  carried.has_revocation_values = false;
  EXPECT_EQ(level_of(carried), Level::kT);
  carried.has_revocation_values = true;
  carried.timestamps.push_back({"ArchiveTimeStamp", {}});
  EXPECT_EQ(level_of(carried), Level::kLTA);
}

TEST(Level, HasTheNamesOfBothWorlds) {
  EXPECT_EQ(name(Level::kLTA), "LTA");
  EXPECT_EQ(jahis_name(Level::kLT), "ES-XL");
  EXPECT_EQ(level_from("T"), Level::kT);
  EXPECT_EQ(level_from("t"), std::nullopt);
  EXPECT_EQ(format_from("cades"), Format::kCades);
  EXPECT_EQ(packaging_from("enveloping"), Packaging::kEnveloping);
}

TEST(Timestamp, OverSomethingElseIsBrokenAndTheLevelStaysB) {
  const Folder folder;
  const Bytes stamp = openssl_token(folder);
  TestKey key = key_of("doctor1");
  const Document document = Document::from_bytes("d", {'x'});
  std::string text(as_text(sign(key, document, Format::kXades, Packaging::kDetached)));
  text = replaced(text, "</xades:SignedProperties>",
                  "</xades:SignedProperties><xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
                  "<xades:SignatureTimeStamp><xades:EncapsulatedTimeStamp>" +
                      to_base64(stamp) +
                      "</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp></xades:UnsignedSignatureProperties>"
                      "</xades:UnsignedProperties>");
  const SignatureReport report = judged(inputs(to_bytes(as_bytes(text)), {document}));
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_EQ(report.sub_indication, SubIndication::kSigConstraintsFailure);
  EXPECT_EQ(report.level, Level::kB);
  EXPECT_EQ(report.best_signature_time, std::nullopt);
  ASSERT_EQ(report.timestamps.size(), 1U);
  EXPECT_EQ(report.timestamps.front().indication, Indication::kTotalFailed);
  EXPECT_EQ(report.timestamps.front().sub_indication, SubIndication::kHashFailure);
  EXPECT_TRUE(report.timestamps.front().time);
  EXPECT_FALSE(report.timestamps.front().tsa.empty());
  EXPECT_TRUE(has_finding(report, "timestamp.imprint", Severity::kFail));
}

}  // namespace
}  // namespace shomei::signing::test
