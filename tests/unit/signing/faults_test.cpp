// Keys that fail, certificates that are not good, evidence that is absent.
#include <algorithm>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

Document fhir() {
  return Document::from_file(sample("referral_fhir.json"));
}

/// A key that answers as told.
class StubKey final : public SigningKey {
 public:
  StubKey(Bytes certificate, Result<Bytes> answer) : certificate_(std::move(certificate)), answer_(std::move(answer)) {}
  KeyType type() const override { return KeyType::kRsa; }
  ByteView certificate() const override { return certificate_; }
  Result<Bytes> sign_digest(DigestAlgorithm, ByteView) override {
    ++uses;
    return answer_;
  }
  int uses = 0;

 private:
  Bytes certificate_;
  Result<Bytes> answer_;
};

Bytes doctors_certificate(const std::string& use = "signature") {
  return must(read_file(pki("holders/doctor1/" + use + ".cer"), 1 << 16));
}

Result<SignedDocument> try_sign(SigningKey& key, SignRequest request) {
  const FixedClock clock(kSigned);
  return LocalDocumentSigner(xml(), key, clock).sign(request);
}

TEST(Faults, TheKeysRefusalComesThrough) {
  for (const Code code : {Code::kPinCancelled, Code::kPinWrong, Code::kCardRemoved}) {
    for (const Format format : {Format::kCades, Format::kXades}) {
      StubKey key(doctors_certificate(), fail(code));
      const auto made = try_sign(key, {.document = fhir(), .format = format});
      ASSERT_FALSE(made);
      EXPECT_EQ(made.error().code, code);
      EXPECT_EQ(key.uses, 1);
    }
  }
}

TEST(Faults, AnAnswerThatDoesNotFitTheCertificate) {
  for (const Bytes& answer : {Bytes(256, 1), Bytes(), Bytes(255, 7)}) {
    StubKey key(doctors_certificate(), answer);
    const auto made = try_sign(key, {.document = fhir(), .format = Format::kCades});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::kCryptoFailed);
  }
}

TEST(Faults, NothingIsAskedOfTheKeyWhenTheDocumentIsBad) {
  StubKey key(doctors_certificate(), Bytes(256, 1));
  const auto expect = [&](SignRequest request, Code code) {
    const auto made = try_sign(key, std::move(request));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, code) << describe(made.error());
    EXPECT_EQ(key.uses, 0);
  };
  expect({.document = Document::from_file("/nowhere/x.json")}, Code::kInputNotFound);
  expect({.document = Document::from_file("/nowhere/x.json"), .format = Format::kCades}, Code::kInputNotFound);
  expect({.document = Document::from_bytes("a.xml", to_bytes(as_bytes("<a>"))), .packaging = Packaging::kEnveloped},
         Code::kXmlMalformed);
  expect({.document = fhir(), .packaging = Packaging::kEnveloped}, Code::kXmlMalformed);
  expect({.document = fhir(), .format = Format::kCades, .packaging = Packaging::kEnveloped}, Code::kSignUnsupported);
  expect({.document = Document::from_bytes("a.xml", to_bytes(as_bytes("<!DOCTYPE a><a/>"))),
          .packaging = Packaging::kEnveloping},
         Code::kXmlForbidden);
  expect({.document = Document::from_file(sample("referral_cda.xml")),
          .packaging = Packaging::kEnveloped,
          .max_xml_bytes = 100},
         Code::kInputTooLarge);
}

TEST(Faults, CertificatesThatMustNotSignDocuments) {
  StubKey without({}, Bytes(256, 1));
  EXPECT_EQ(try_sign(without, {.document = fhir()}).error().code, Code::kKeyUnsuitable);
  StubKey authentication(doctors_certificate("authentication"), Bytes(256, 1));
  EXPECT_EQ(try_sign(authentication, {.document = fhir()}).error().code, Code::kKeyUnsuitable);
  StubKey garbage(Bytes(40, 0x30), Bytes(256, 1));
  EXPECT_EQ(try_sign(garbage, {.document = fhir()}).error().code, Code::kInputNotCertificate);
}

TEST(Faults, ASecondEnvelopedSignatureWouldInvalidateTheFirst) {
  TestKey key = key_of("doctor1");
  const Bytes first = sign(key, Document::from_file(sample("referral_cda.xml")), Format::kXades, Packaging::kEnveloped);
  const auto second =
      try_sign(key, {.document = Document::from_bytes("a.xml", first), .packaging = Packaging::kEnveloped});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kSignUnsupported);
  // Around it is possible: the inner file stays what it was, as bytes.
  const SignatureReport outer =
      judged(inputs(sign(key, Document::from_bytes("a.xml", first), Format::kXades, Packaging::kEnveloping)));
  EXPECT_EQ(outer.indication, Indication::kTotalPassed) << shown(outer);
}

SignatureReport judged_by(const std::string& holder, const auth::ValidationInputs& given, Time at,
                          Time signed_at = kSigned) {
  TestKey key = key_of(holder);
  VerifyInputs all = inputs(sign(key, fhir(), Format::kCades, Packaging::kDetached, signed_at), {fhir()});
  all.evidence = given;
  all.at = at;
  return judged(all);
}

void expect_open(const SignatureReport& report, SubIndication sub) {
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_EQ(report.sub_indication, sub) << shown(report);
}

TEST(Evidence, WithoutCrlsItCannotBeDecided) {
  auth::ValidationInputs given = evidence();
  given.crls.clear();
  expect_open(judged_by("doctor1", given, kJudged), SubIndication::kTryLater);
}

TEST(Evidence, StaleCrlsDoNotCount) {
  expect_open(judged_by("doctor1", evidence(), kEpoch + std::chrono::hours(97)), SubIndication::kTryLater);
}

TEST(Evidence, WithoutAnAnchorThereIsNoChain) {
  auth::ValidationInputs given = evidence();
  given.anchors.clear();
  expect_open(judged_by("doctor1", given, kJudged), SubIndication::kNoCertificateChainFound);
}

TEST(Evidence, CertificatesOfTheFileAreNeverAnchors) {
  // The file carries the whole chain, root included, and nothing is given.
  expect_open(judged_by("doctor1", {}, kJudged), SubIndication::kNoCertificateChainFound);
}

TEST(Evidence, ExpiredWithoutProofOfTime) {
  expect_open(judged_by("expired", evidence(), kJudged), SubIndication::kOutOfBoundsNoPoe);
}

TEST(Evidence, RevokedAfterTheClaimedTimeCouldHaveBeenSettledByATimestamp) {
  // crl_next is in force from the epoch + 1 h and revokes doctor1 at the epoch + 30 min.
  const SignatureReport report = judged_by("doctor1", evidence("crl_next"), kEpoch + std::chrono::minutes(70));
  expect_open(report, SubIndication::kRevokedNoPoe);
  EXPECT_TRUE(has_finding(report, "revocation.no_proof_of_time", Severity::kFail)) << shown(report);
  EXPECT_NE(shown(report).find("time stamp"), std::string::npos);
  const auto hint = std::ranges::find(report.findings, "revocation.no_proof_of_time", &Finding::check);
  EXPECT_NE(hint->text_ja.find("タイムスタンプ"), std::string::npos);
  EXPECT_NE(hint->text_en.find("2026-04-01T00:30:00Z"), std::string::npos);
}

TEST(Evidence, RevokedBeforeTheClaimedTime) {
  const SignatureReport report = judged_by("revoked", evidence(), kJudged);
  EXPECT_EQ(report.indication, Indication::kTotalFailed) << shown(report);
  EXPECT_EQ(report.sub_indication, SubIndication::kRevoked);
}

TEST(Evidence, ATestCardIsAWarningUnlessThePolicySaysFail) {
  const SignatureReport warned = judged_by("testcard", evidence(), kJudged);
  EXPECT_EQ(warned.indication, Indication::kTotalPassed) << shown(warned);
  EXPECT_NE(shown(warned).find("\"warn\""), std::string::npos) << shown(warned);
  TestKey key = key_of("testcard");
  VerifyInputs strict = inputs(sign(key, fhir(), Format::kCades, Packaging::kDetached), {fhir()});
  strict.policy.profiles.test_card.severity = auth::Severity::kFail;
  expect_open(judged(strict), SubIndication::kChainConstraintsFailure);
}

TEST(Evidence, DetachedContentThatIsNotGiven) {
  TestKey key = key_of("doctor1");
  for (const Format format : {Format::kCades, Format::kXades}) {
    const SignatureReport report = judged(inputs(sign(key, fhir(), format, Packaging::kDetached)));
    expect_open(report, SubIndication::kSignedDataNotFound);
    EXPECT_TRUE(has_finding(report, "reference.not_found", Severity::kFail));
  }
}

TEST(Evidence, ADocumentThatIsHandedInIsTheOneAskedAbout) {
  const Folder folder;
  TestKey key = key_of("doctor1");
  const Document asked = Document::from_bytes("asked.json", to_bytes(as_bytes("{}")));
  // Around another document: what was handed in is not covered.
  SignatureReport report = judged(inputs(sign(key, fhir(), Format::kXades, Packaging::kEnveloping), {asked}));
  expect_open(report, SubIndication::kSignedDataNotFound);
  EXPECT_TRUE(has_finding(report, "detached.not_covered", Severity::kWarn)) << shown(report);
  // A CMS that brings a content of its own.
  const auto holder = pki("holders/doctor1");
  const Ran ran =
      run(folder.path(), "openssl x509 -inform DER -in " + (holder / "signature.cer").string() +
                             " -out ee.pem && echo other > other && openssl cms -sign -cades -nodetach -binary "
                             "-in other -signer ee.pem -inkey " +
                             (holder / "signature.key.pem").string() + " -outform DER -out s.p7m");
  ASSERT_EQ(ran.status, 0) << ran.output;
  const Bytes attached = must(read_file(folder.path() / "s.p7m", 1 << 20));
  EXPECT_EQ(judged(inputs(attached)).indication, Indication::kTotalPassed) << shown(judged(inputs(attached)));
  report = judged(inputs(attached, {asked}));
  EXPECT_EQ(report.sub_indication, SubIndication::kHashFailure) << shown(report);
  EXPECT_EQ(report.indication, Indication::kTotalFailed);
}

TEST(Evidence, OfSeveralDocumentsTheSignedOneIsFound) {
  TestKey key = key_of("doctor1");
  const Document other = Document::from_bytes("", {'x'});
  for (const Format format : {Format::kCades, Format::kXades}) {
    const SignatureReport report = judged(inputs(sign(key, fhir(), format, Packaging::kDetached), {other, fhir()}));
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_TRUE(has_finding(report, "detached.not_covered", Severity::kWarn)) << shown(report);
    const SignatureReport neither = judged(inputs(sign(key, fhir(), format, Packaging::kDetached), {other, other}));
    EXPECT_NE(neither.indication, Indication::kTotalPassed) << shown(neither);
  }
}

TEST(Evidence, AMissingDetachedFileIsAnError) {
  TestKey key = key_of("doctor1");
  const auto report = verify(
      xml(), inputs(sign(key, fhir(), Format::kCades, Packaging::kDetached), {Document::from_file("/nowhere/x")}));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kInputNotFound);
}

TEST(Policy, IsReadFromAFile) {
  const Folder folder;
  const auto good =
      folder.write("good.toml", as_bytes("purpose = \"any\"\naccept_sha1 = true\n[limits]\nreferences = 3\n"));
  const Policy policy = must(Policy::load(good));
  EXPECT_EQ(policy.purpose, auth::Purpose::kAny);
  EXPECT_TRUE(policy.accept_sha1);
  EXPECT_EQ(policy.limits.references, 3);
  EXPECT_EQ(policy.limits.transforms, 4);
  for (const auto& [text, code] : std::map<std::string, Code>{{"acept_sha1 = true", Code::kConfigUnknownKey},
                                                              {"purpose = \"staff\"", Code::kConfigInvalid},
                                                              {"[limits]\nxml_bytes = 0", Code::kConfigInvalid},
                                                              {"[limits]\nxml_byte = 1", Code::kConfigUnknownKey}}) {
    const auto refused = Policy::load(folder.write("bad.toml", as_bytes(text)));
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, code) << text << describe(refused.error());
  }
}

}  // namespace
}  // namespace shomei::signing::test
