// CMS as an attacker writes it: none passes, and the report says why. What BER allows and changes nothing is read.
#include <fmt/format.h>

#include "tests/unit/signing/cms_forge.h"

namespace shomei::signing::test {
namespace {

namespace tag = der::tag;

void expect_failed(const SignatureReport& report, std::string_view check) {
  EXPECT_EQ(report.indication, Indication::kTotalFailed) << shown(report);
  EXPECT_TRUE(has_finding(report, check, Severity::kFail)) << shown(report);
}

void expect_open(const SignatureReport& report, std::string_view check) {
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_TRUE(has_finding(report, check, Severity::kFail)) << shown(report);
}

void expect_unreadable(const Bytes& cms) {
  const auto report = verify(xml(), inputs(cms));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kCmsMalformed) << describe(report.error());
}

void expect_passed(const CmsForge& forge, const Bytes& cms) {
  const SignatureReport report = judged_cms(forge, cms);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  ASSERT_EQ(report.covers.size(), 1U);
  EXPECT_EQ(report.covers.front().signed_bytes, forge.content);
}

TEST(CmsForgery, TheUnchangedOnePasses) {
  CmsForge forge;
  expect_passed(forge, forge.cms());
  forge.attached = true;
  expect_passed(forge, forge.cms());
}

/// The element with an indefinite length: X.690 8.1.3.6.
Bytes indefinite(std::uint8_t tag, const std::vector<Bytes>& parts) {
  return joined({{tag, 0x80}, joined(parts), {0, 0}});
}

TEST(CmsForgery, BerAroundTheContentIsRead) {
  CmsForge forge;
  const Bytes first(forge.content.begin(), forge.content.begin() + 3);
  const Bytes rest(forge.content.begin() + 3, forge.content.end());
  forge.encoded_content = indefinite(0x24, {der::wrap(tag::kOctetString, first), der::wrap(tag::kOctetString, {}),
                                            indefinite(0x24, {der::wrap(tag::kOctetString, rest)})});
  expect_passed(forge, forge.cms());
  const Bytes cms = forge.cms();
  der::Reader info(cms);
  der::Reader outer = must(info.enter(tag::kSequence));
  const Bytes type = to_bytes(must(outer.next()).whole);
  const Bytes data = to_bytes(must(outer.next()).value);
  expect_passed(forge, indefinite(0x30, {type, indefinite(0xA0, {data})}));
}

/// Signed attributes are judged as their DER encoding, whatever their lengths look like in the file (RFC 5652 5.4).
TEST(CmsForgery, LongLengthsInSignedAttributesAreJudgedAsDer) {
  CmsForge forge;
  const Bytes sorted = der::set_of(forge.attributes, tag::context_constructed(0));
  const std::size_t content = der::Reader(sorted).next()->value.size();
  forge.encoded_attributes =
      Bytes{0xA0, 0x84, 0, 0, static_cast<std::uint8_t>(content >> 8), static_cast<std::uint8_t>(content)};
  forge.encoded_attributes->insert(forge.encoded_attributes->end(), sorted.end() - static_cast<std::ptrdiff_t>(content),
                                   sorted.end());
  const SignatureReport report = judged_cms(forge);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
}

/// … but in the order of the file: a SET that is not sorted is not what was signed.
TEST(CmsForgery, UnsortedSignedAttributesAreNotThoseThatWereSigned) {
  CmsForge forge;
  std::vector<Bytes> reversed(forge.attributes.rbegin(), forge.attributes.rend());
  Bytes unsorted = joined(reversed);
  if (der::wrap(tag::kSet, unsorted) == der::set_of(forge.attributes)) {
    unsorted = joined(forge.attributes);
  }
  forge.encoded_attributes = der::wrap(tag::context_constructed(0), unsorted);
  expect_failed(judged_cms(forge), "signature.value");
}

TEST(CmsForgery, AttributesTwiceOrOfSeveralValues) {
  const Bytes other = der::wrap(tag::kOctetString, sha256(as_bytes("other")));
  const Bytes right = der::wrap(tag::kOctetString, sha256(CmsForge().content));
  CmsForge forge;
  forge.attributes.push_back(message_digest_attribute(sha256(as_bytes("other"))));
  expect_failed(judged_cms(forge), "format");
  for (const std::vector<Bytes>& values : {std::vector<Bytes>{right, other}, std::vector<Bytes>{}}) {
    forge = CmsForge();
    forge.attributes[1] = cms_attribute(kMessageDigestOid, values);
    expect_failed(judged_cms(forge), "format");
  }
  forge = CmsForge();
  forge.attributes.push_back(forge.attributes[3]);
  expect_failed(judged_cms(forge), "format");
}

TEST(CmsForgery, AttributesOfAnotherTypeThanTheirs) {
  for (std::size_t i = 0; i < 4; ++i) {
    CmsForge forge;
    const std::string_view types[] = {kContentTypeOid, kMessageDigestOid, kSigningTimeOid, kSigningCertificateV2Oid};
    forge.attributes[i] = cms_attribute(types[i], {der::wrap(tag::kUtf8String, as_bytes("x"))});
    expect_failed(judged_cms(forge), "format");
  }
}

TEST(CmsForgery, WithoutTheAttributesThatRfc5652Demands) {
  for (const std::size_t missing : {0U, 1U}) {
    CmsForge forge;
    forge.unsigned_attributes = {forge.attributes[missing]};
    forge.attributes.erase(forge.attributes.begin() + static_cast<std::ptrdiff_t>(missing));
    expect_failed(judged_cms(forge), "format");
  }
}

TEST(CmsForgery, SigningCertificateOnlyUnsigned) {
  CmsForge forge;
  forge.unsigned_attributes = {forge.attributes[3]};
  forge.attributes.pop_back();
  const SignatureReport report = judged_cms(forge);
  EXPECT_NE(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_TRUE(has_finding(report, "signing_certificate.absent", Severity::kFail)) << shown(report);
}

/// The signature over attributes, offered as one over a document that is the encoding of these attributes.
TEST(CmsForgery, AttributesAsContent) {
  CmsForge forge;
  const Bytes info = forge.signer_info();
  forge.content = forge.to_be_signed();
  forge.attributes.clear();
  for (const bool attached : {true, false}) {
    forge.attached = attached;
    expect_open(judged_cms(forge), "signing_certificate.absent");
    EXPECT_TRUE(judged_cms(forge).covers.empty());
  }
}

/// And the other way round: a signature over a document that is the encoding of attributes.
TEST(CmsForgery, ContentAsAttributes) {
  CmsForge forge;
  const std::vector<Bytes> attributes = forge.attributes;
  forge.content = der::set_of(attributes);
  forge.attributes.clear();
  forge.encoded_attributes = der::set_of(attributes, tag::context_constructed(0));
  const Bytes cms = forge.cms();
  CmsForge plain;
  // Nothing tells them apart but that HPKI cards sign no raw content: what the attributes say holds.
  EXPECT_EQ(judged_cms(plain, cms).indication, Indication::kTotalPassed);
}

TEST(CmsForgery, ContentTypeIsNotTheContents) {
  CmsForge forge;
  forge.content_type = kTstInfoOid;
  forge.attached = true;
  expect_failed(judged_cms(forge), "format");
}

TEST(CmsForgery, MessageDigestOfAnotherContent) {
  CmsForge forge;
  forge.attributes[1] = message_digest_attribute(sha256(as_bytes("other")));
  expect_failed(judged_cms(forge), "reference.digest");
  EXPECT_TRUE(judged_cms(forge).covers.empty());
  forge.attributes[1] = message_digest_attribute(Bytes());
  expect_failed(judged_cms(forge), "reference.digest");
}

TEST(CmsForgery, TrailingBytes) {
  const CmsForge forge;
  expect_unreadable(joined({forge.cms(), {0}}));
  expect_unreadable(joined({forge.cms(), forge.cms()}));
}

TEST(CmsForgery, SeveralSignersStandOnTheirOwn) {
  CmsForge forge;
  const Bytes good = forge.signer_info();
  forge.attributes[1] = message_digest_attribute(sha256(as_bytes("other")));
  const Bytes bad = forge.signer_info();
  const auto report =
      must(verify(xml(), inputs(forge.around({good, bad}), {Document::from_bytes("d", forge.content)})));
  ASSERT_EQ(report.signatures.size(), 2U);
  EXPECT_EQ(report.indication, Indication::kTotalFailed);
  EXPECT_NE(report.signatures[0].indication, report.signatures[1].indication);
  expect_unreadable(forge.around(std::vector<Bytes>(33, good)));
}

TEST(CmsForgery, NobodySigned) {
  const CmsForge forge;
  const auto report = must(verify(xml(), inputs(forge.around({}))));
  EXPECT_TRUE(report.signatures.empty());
  EXPECT_EQ(report.indication, Indication::kIndeterminate);
  EXPECT_EQ(report.sub_indication, SubIndication::kFormatFailure);
}

TEST(CmsForgery, LengthsThatOverflow) {
  const CmsForge forge;
  const Bytes cms = forge.cms();
  const Bytes body(cms.begin() + 4, cms.end());
  for (const Bytes& header : std::vector<Bytes>{{0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF},
                                                {0x30, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
                                                {0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF},
                                                {0x30, 0xFF},
                                                {0x30, 0x80},
                                                {0x30, 0x82, 0, 0},
                                                {0x30, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 1}}) {
    expect_unreadable(joined({header, body}));
  }
}

TEST(CmsForgery, DeepNesting) {
  CmsForge forge;
  Bytes nested = der::wrap(tag::kOctetString, forge.content);
  for (int i = 0; i < 40; ++i) {
    nested = der::wrap(0x24, nested);
  }
  forge.encoded_content = nested;
  expect_unreadable(forge.cms());
  Bytes bomb;
  for (int i = 0; i < 200000; ++i) {
    bomb.insert(bomb.end(), {0x24, 0x80});
  }
  forge.encoded_content = bomb;
  expect_unreadable(forge.cms());
}

TEST(CmsForgery, OldDigests) {
  CmsForge forge;
  forge.digest_of_value = DigestAlgorithm::kSha1;
  forge.digest_algorithm = der::algorithm(digest_oid(DigestAlgorithm::kSha1), true);
  forge.attributes[1] = message_digest_attribute(digest(DigestAlgorithm::kSha1, forge.content));
  expect_open(judged_cms(forge), "algorithm.weak");
  for (const std::string_view oid : {"1.2.840.113549.2.5", "1.2.840.113549.2.2", "1.2.3.4"}) {
    forge.digest_algorithm = der::algorithm(oid, true);
    forge.attributes[1] = message_digest_attribute(Bytes(16, 1));
    const SignatureReport report = judged_cms(forge);
    EXPECT_NE(report.indication, Indication::kTotalPassed);
    EXPECT_TRUE(has_finding(report, "reference.algorithm", Severity::kFail)) << shown(report);
  }
}

/// AlgorithmIdentifier of RSASSA-PSS (RFC 4055 3.1).
Bytes pss(DigestAlgorithm hash, DigestAlgorithm mask, std::uint8_t salt) {
  const Bytes mgf =
      der::wrap(tag::kSequence, {der::oid("1.2.840.113549.1.1.8"), der::algorithm(digest_oid(mask), true)});
  const Bytes parameters =
      der::wrap(tag::kSequence, {der::wrap(tag::context_constructed(0), der::algorithm(digest_oid(hash), true)),
                                 der::wrap(tag::context_constructed(1), mgf),
                                 der::wrap(tag::context_constructed(2), der::unsigned_integer(Bytes{salt}))});
  return der::wrap(tag::kSequence, {der::oid(kPssOid), parameters});
}

TEST(CmsForgery, SeveralDigestsInOneSignature) {
  using enum DigestAlgorithm;
  CmsForge forge;
  forge.signature_algorithm = der::algorithm(kRsaSha256Oid, true);
  EXPECT_EQ(judged_cms(forge).indication, Indication::kTotalPassed);
  for (const Bytes& algorithm :
       {der::algorithm(kRsaSha512Oid, true), pss(kSha512, kSha512, 64), pss(kSha256, kSha1, 32), pss(kSha1, kSha1, 20),
        der::wrap(tag::kSequence, {der::oid(kPssOid), der::wrap(tag::kSequence, {})}),
        der::algorithm(kPssOid, false)}) {
    forge.signature_algorithm = algorithm;
    expect_failed(judged_cms(forge), "format");
  }
  forge.signature_algorithm = pss(kSha256, kSha256, 32);
  expect_failed(judged_cms(forge), "signature.value");
  forge.signature_algorithm = der::algorithm("1.2.840.10045.4.3.2", false);
  expect_failed(judged_cms(forge), "signature.value");
}

TEST(CmsForgery, IdentifierOfAnotherCertificate) {
  CmsForge forge;
  const CmsForge other;
  der::Reader reader(forge.identifier);
  der::Reader parts = must(reader.enter(tag::kSequence));
  const Bytes issuer = to_bytes(must(parts.next()).whole);
  forge.identifier = der::wrap(tag::kSequence, {issuer, der::unsigned_integer(Bytes{0x7F, 1, 2})});
  expect_failed(judged_cms(forge), "format");
}

/// A certificate of the same key from another CA, put in the place of the one that the signature names.
TEST(CmsForgery, AnotherCertificateOfTheSameKey) {
  const Folder folder;
  const Ran ran =
      run(folder.path(), "openssl req -x509 -new -key " + pki("holders/doctor1/signature.key.pem").string() +
                             " -subj /CN=Mallory -days 9999 -outform DER -out mallory.cer");
  ASSERT_EQ(ran.status, 0) << ran.output;
  const Bytes mallory = must(read_file(folder.path() / "mallory.cer", 1 << 16));
  CmsForge forge;
  forge.certificates = {mallory, forge.certificates[1]};
  expect_open(judged_cms(forge), "signing_certificate.not_found");
  // Beside the right one it changes nothing.
  forge.certificates = {mallory, CmsForge().certificates[0], forge.certificates[1]};
  const SignatureReport report = judged_cms(forge);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.signer->name, "Hanako Sato");
}

TEST(CmsForgery, ACounterSignatureThatIsNone) {
  CmsForge forge;
  const Bytes plain = forge.signer_info();
  for (const Bytes& value : {plain, der::wrap(tag::kSequence, {}), der::wrap(tag::kUtf8String, as_bytes("x"))}) {
    forge.unsigned_attributes = {cms_attribute(kCounterSignatureOid, {value})};
    const auto report = verify(xml(), inputs(forge.cms(), {Document::from_bytes("d", forge.content)}));
    // It is no signer of the document.
    EXPECT_TRUE(!report || report->signatures.size() == 1U);
  }
}

TEST(CmsForgery, SignedBytesAreThoseThatWereDigested) {
  CmsForge forge;
  forge.attached = true;
  // Another document beside the one inside: whoever hands it in asks about that one.
  const SignatureReport report =
      judged(inputs(forge.cms(), {Document::from_bytes("d", to_bytes(as_bytes("something else")))}));
  expect_failed(report, "reference.digest");
}

}  // namespace
}  // namespace shomei::signing::test
