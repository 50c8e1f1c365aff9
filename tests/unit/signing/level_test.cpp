#include <fmt/format.h>

#include "signing/tsp/timestamp_facts.h"
#include "signing/xades/xades_facts.h"
#include "tests/unit/signing/fixture.h"

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

/// A token of the test TSA, made by openssl, whose clock is the machine's.
Bytes token(const Folder& folder) {
  folder.write("tsa.cnf", as_bytes("[tsa]\ndefault_policy = 1.2.3\ndigests = sha256\nserial = serial\nsigner_digest = "
                                   "sha256\naccuracy = secs:1\n"));
  folder.write("data", as_bytes("data"));
  const Ran ran =
      run(folder.path(),
          fmt::format("openssl x509 -inform DER -in {0}/tsa.cer -out tsa.pem && echo 01 > serial && openssl ts "
                      "-query -data data -sha256 -cert -out q && openssl ts -reply -config tsa.cnf -section tsa "
                      "-queryfile q -signer tsa.pem -inkey {0}/tsa.key.pem -token_out -out token",
                      pki("tsa").string()));
  EXPECT_EQ(ran.status, 0) << ran.output;
  return must(read_file(folder.path() / "token", 1 << 16));
}

TEST(Timestamp, IsReportedAndDoesNotCount) {
  const Folder folder;
  const Bytes stamp = token(folder);
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
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.level, Level::kT);
  EXPECT_EQ(report.best_signature_time, std::nullopt);
  ASSERT_EQ(report.timestamps.size(), 1U);
  EXPECT_EQ(report.timestamps.front().indication, Indication::kIndeterminate);
  EXPECT_TRUE(report.timestamps.front().time);
  EXPECT_FALSE(report.timestamps.front().tsa.empty());
  EXPECT_TRUE(has_finding(report, "timestamp.not_checked", Severity::kInfo));
}

TEST(Timestamp, RubbishClaimsNothing) {
  for (const Bytes& rubbish : {Bytes{}, Bytes{0x30}, Bytes(100, 0x30)}) {
    const TimestampClaim claim = read_timestamp(rubbish);
    EXPECT_FALSE(claim.time);
    EXPECT_TRUE(claim.tsa.empty());
  }
}

}  // namespace
}  // namespace shomei::signing::test
