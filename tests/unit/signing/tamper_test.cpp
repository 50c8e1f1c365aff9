// One byte is changed: the verdict is TOTAL-FAILED and says which part.
#include <fmt/format.h>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

Document fhir() {
  return Document::from_file(sample("referral_fhir.json"));
}

std::string signed_cda() {
  TestKey key = key_of("doctor1");
  return std::string(
      as_text(sign(key, Document::from_file(sample("referral_cda.xml")), Format::kXades, Packaging::kEnveloped)));
}

SignatureReport judged_text(const std::string& text, std::vector<Document> detached = {}) {
  return judged(inputs(to_bytes(as_bytes(text)), std::move(detached)));
}

void expect_failed(const SignatureReport& report, SubIndication sub, std::string_view check) {
  EXPECT_EQ(report.indication, Indication::kTotalFailed) << shown(report);
  EXPECT_EQ(report.sub_indication, sub) << shown(report);
  EXPECT_TRUE(has_finding(report, check, Severity::kFail)) << shown(report);
}

/// The text with one character of the element's content changed to another of the same kind.
std::string with_flipped(std::string text, std::string_view before, std::size_t skip = 0) {
  std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  at += before.size() + skip;
  text.at(at) = text.at(at) == 'A' ? 'B' : 'A';
  return text;
}

TEST(Tamper, DetachedContent) {
  TestKey key = key_of("doctor1");
  Bytes changed = must(whole(fhir(), 1 << 20));
  changed.at(changed.size() / 2) ^= 1;
  for (const Format format : {Format::kCades, Format::kXades}) {
    const Document other = Document::from_bytes("referral_fhir.json", changed);
    const SignatureReport report = judged(inputs(sign(key, fhir(), format, Packaging::kDetached), {other}));
    expect_failed(report, SubIndication::kHashFailure, "reference.digest");
    EXPECT_NE(shown(report).find("referral_fhir.json"), std::string::npos);
    EXPECT_TRUE(report.covers.empty());
  }
}

TEST(Tamper, EnvelopedContent) {
  expect_failed(judged_text(replaced(signed_cda(), "<title>診療情報提供書", "<title>診療情報提供者")),
                SubIndication::kHashFailure, "reference.digest");
}

TEST(Tamper, PartsOfTheSignature) {
  const std::string good = signed_cda();
  ASSERT_EQ(judged_text(good).indication, Indication::kTotalPassed);
  expect_failed(judged_text(with_flipped(good, "-value\">", 10)), SubIndication::kSigCryptoFailure, "signature.value");
  expect_failed(judged_text(with_flipped(good, "<ds:DigestValue>", 3)), SubIndication::kHashFailure,
                "reference.digest");
  expect_failed(
      judged_text(replaced(good, "<xades:SigningTime>2026-04-01T00:10:00Z", "<xades:SigningTime>2026-04-01T00:11:00Z")),
      SubIndication::kHashFailure, "reference.digest");
  expect_failed(judged_text(replaced(good, "rsa-sha256", "rsa-sha512")), SubIndication::kSigCryptoFailure,
                "signature.value");
}

TEST(Tamper, CertificateInKeyInfoIsNotTheOneThatSigned) {
  TestKey doctor = key_of("doctor1");
  const TestKey other = key_of("doctor2");
  const std::string swapped = replaced(signed_cda(), to_base64(doctor.certificate()), to_base64(other.certificate()));
  const SignatureReport report = judged_text(swapped);
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_EQ(report.sub_indication, SubIndication::kNoSigningCertificateFound);
}

/// A third of the bytes of a CMS signature, one bit each: nothing that is changed may pass, nothing may break the
/// program. Left out is what no signature protects and nobody uses: SignedData.digestAlgorithms and the version
/// numbers; no bit makes a capital letter of a small one, as names that differ in case only are the same name.
TEST(Tamper, EveryByteOfCades) {
  TestKey key(pki("holders/doctor1/signature.key.pem"), pki("holders/doctor1/signature.cer"), {});
  const Bytes good = sign(key, fhir(), Format::kCades, Packaging::kDetached);
  ASSERT_EQ(judged(inputs(good, {fhir()})).indication, Indication::kTotalPassed);
  int judged_count = 0;
  // ContentInfo, OID, [0], SignedData, version: 4 + 11 + 4 + 4 + 3 bytes; then the SET with one AlgorithmIdentifier.
  const auto is_unused = [&](std::size_t i) {
    return (i >= 26 && i < 26 + 15) || (good[i] == 1 && good[i - 1] == 1 && good[i - 2] == 2);
  };
  constexpr std::array<std::uint8_t, 4> kBits = {0x01, 0x02, 0x10, 0x40};
  for (std::size_t i = 0; i < good.size(); i += 3) {
    Bytes changed = good;
    changed[i] ^= kBits.at(i / 3 % kBits.size());
    const auto report = verify(xml(), inputs(changed, {fhir()}));
    judged_count += report ? 1 : 0;
    EXPECT_TRUE(is_unused(i) || !report || report->indication != Indication::kTotalPassed) << "byte " << i;
  }
  EXPECT_GT(judged_count, 100);
}

/// Up to the signature value, without a word about certificates: nothing passes, and what is wrong is still found.
TEST(Tamper, IsFoundWithoutJudgingCertificates) {
  const auto judged_by_itself = [](const std::string& text) {
    VerifyInputs given = inputs(to_bytes(as_bytes(text)));
    given.evidence = {};
    given.judge_certificates = false;
    return judged(given);
  };
  const std::string intact = signed_cda();
  const SignatureReport report = judged_by_itself(intact);
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_EQ(report.sub_indication, SubIndication::kGeneric) << shown(report);
  for (const Finding& finding : report.findings) {
    EXPECT_NE(finding.severity, Severity::kFail) << finding.check;
  }
  EXPECT_EQ(report.covers.size(), 1U);
  expect_failed(judged_by_itself(with_flipped(intact, "codeSystem=\"", 2)), SubIndication::kHashFailure,
                "reference.digest");
  expect_failed(judged_by_itself(with_flipped(intact, "-value\">", 4)), SubIndication::kSigCryptoFailure,
                "signature.value");
}

TEST(Tamper, CutOffAnywhere) {
  TestKey key = key_of("doctor1");
  for (const Format format : {Format::kCades, Format::kXades}) {
    const Bytes good = sign(key, fhir(), format, Packaging::kDetached);
    for (std::size_t size = 0; size + 2 < good.size(); size += 97) {
      const auto report =
          verify(xml(), inputs({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}, {fhir()}));
      EXPECT_FALSE(report) << size;
    }
  }
}

}  // namespace
}  // namespace shomei::signing::test
