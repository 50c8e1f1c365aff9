// Evidence for what the signer saw: signed with the document, compared with a text that is handed in.
#include "signing/shown.h"

#include <algorithm>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

constexpr std::string_view kText = "紹介先: 城東病院\n傷病名: 試験\n";

Document document(Packaging packaging) {
  return Document::from_file(sample(packaging == Packaging::kEnveloped ? "referral_cda.xml" : "referral_fhir.json"));
}

struct Form {
  Format format;
  Packaging packaging;
};

Result<Bytes> sign_shown(const Form& form, Bytes seen = {}) {
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  const Document content = document(form.packaging);
  if (seen.empty()) {
    seen = must(digest_of(DigestAlgorithm::kSha256, content));
  }
  SHOMEI_TRY(const SignedDocument made,
             LocalDocumentSigner(xml(), key, clock)
                 .sign({.document = content,
                        .format = form.format,
                        .packaging = form.packaging,
                        .shown = ShownEvidence{.document_sha256 = std::move(seen), .text = std::string(kText)}}));
  return made.bytes;
}

VerifyInputs inputs_for(const Form& form, Bytes made, std::optional<std::string_view> text) {
  VerifyInputs given = inputs(std::move(made));
  if (form.packaging == Packaging::kDetached) {
    given.detached = {document(form.packaging)};
  }
  if (text) {
    given.shown = Document::from_bytes("shown.txt", to_bytes(as_bytes(*text)));
  }
  return given;
}

class Shown : public testing::TestWithParam<Form> {};

TEST_P(Shown, PassesWithTheTextAndWithout) {
  const Bytes made = must(sign_shown(GetParam()));
  for (const auto& text : {std::optional(kText), std::optional<std::string_view>()}) {
    const SignatureReport report = judged(inputs_for(GetParam(), made, text));
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_TRUE(has_finding(report, "shown.intact", Severity::kInfo)) << shown(report);
    EXPECT_EQ(report.covers.size(), 1U);
  }
}

TEST_P(Shown, AnotherTextFailsIt) {
  const SignatureReport report = judged(inputs_for(GetParam(), must(sign_shown(GetParam())), std::string(kText) + " "));
  EXPECT_EQ(report.indication, Indication::kTotalFailed);
  EXPECT_EQ(report.sub_indication, SubIndication::kSigConstraintsFailure);
  EXPECT_TRUE(has_finding(report, "shown.differs", Severity::kFail));
}

TEST_P(Shown, AnotherDocumentThanTheOneSeenIsNotSigned) {
  const auto made = sign_shown(GetParam(), sha256(as_bytes("another")));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInputMalformed);
}

TEST_P(Shown, ATextBesideASignatureThatSaysNothingLeavesItOpen) {
  TestKey key = key_of("doctor1");
  const Bytes made = sign(key, document(GetParam().packaging), GetParam().format, GetParam().packaging);
  EXPECT_EQ(judged(inputs_for(GetParam(), made, {})).indication, Indication::kTotalPassed);
  const SignatureReport report = must(verify(xml(), inputs_for(GetParam(), made, kText))).signatures.at(0);
  EXPECT_EQ(report.indication, Indication::kIndeterminate);
  EXPECT_TRUE(has_finding(report, "shown.absent", Severity::kFail));
}

INSTANTIATE_TEST_SUITE_P(Forms, Shown,
                         testing::Values(Form{Format::kCades, Packaging::kDetached},
                                         Form{Format::kXades, Packaging::kDetached},
                                         Form{Format::kXades, Packaging::kEnveloped},
                                         Form{Format::kXades, Packaging::kEnveloping}));

SignatureReport judge_facts(const std::expected<ShownFacts, std::string>& facts, const Imprint& document) {
  SignatureReport report;
  Judgement judgement(report);
  EXPECT_TRUE(judge_shown(facts, document, inputs({}), judgement));
  judgement.finish();
  return report;
}

/// What a dishonest viewer would sign: a document digest of something else.
TEST(ShownFacts, OfAnotherDocumentFail) {
  const Imprint one{DigestAlgorithm::kSha256, sha256(as_bytes("one"))};
  const ShownEvidence evidence{.document_sha256 = {}, .text = "text"};
  const auto facts = read_shown(ByteView(shown_attribute(evidence, one)));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->document, one);
  EXPECT_EQ(judge_facts(facts, one).indication, Indication::kIndeterminate) << "only the other steps are open";
  for (const Imprint& other : {Imprint{DigestAlgorithm::kSha256, sha256(as_bytes("other"))}, Imprint{}}) {
    EXPECT_EQ(judge_facts(facts, other).sub_indication, SubIndication::kSigConstraintsFailure);
  }
  const auto broken = read_shown(ByteView(as_bytes("\x30\x03\x02\x01\x01")));
  ASSERT_FALSE(broken);
  EXPECT_EQ(judge_facts(broken, one).sub_indication, SubIndication::kFormatFailure);
}

TEST(ShownFacts, BelongToADocument) {
  TestKey key = key_of("doctor1");
  const FixedClock clock(kSigned);
  const Bytes made = sign(key, document(Packaging::kEnveloped), Format::kXades, Packaging::kEnveloped);
  const auto refused = LocalDocumentSigner(xml(), key, clock)
                           .sign({.document = Document::from_bytes("a.xml", made),
                                  .relation = Relation::kCounter,
                                  .shown = ShownEvidence{.document_sha256 = {}, .text = ""}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kSignUnsupported);
}

}  // namespace
}  // namespace shomei::signing::test
