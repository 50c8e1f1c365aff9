// VerifyInputs::keep_signed_bytes: what comes back is what was digested, in every form, and nothing where the digest is
// wrong. Callers show and store these bytes and no others.
#include "tests/unit/signing/cms_forge.h"
#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

/// DigestValue of the reference to `uri`, as text.
std::string digest_value(const std::string& text, const std::string& uri) {
  const std::size_t at = text.find("URI=\"" + uri + "\"");
  const std::size_t begin = text.find("<ds:DigestValue>", at) + std::string_view("<ds:DigestValue>").size();
  return text.substr(begin, text.find('<', begin) - begin);
}

SignatureReport kept(const std::string& text, std::vector<Document> beside = {}) {
  VerifyInputs given = inputs(to_bytes(as_bytes(text)), std::move(beside));
  given.keep_signed_bytes = true;
  return judged(given);
}

std::vector<std::string> ways() {
  const std::string c14n = "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments\"/>";
  const std::string xpath =
      "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"
      "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>";
  const std::string base64 = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/>";
  const auto whole = [](const std::string& transforms) {
    return "<d><!-- c --><b>U0ox</b>" + signature(reference("", "", transforms) + reference("#p", kType)) + "</d>";
  };
  return {prescription(kGood),
          prescription(reference("#doc", "", kExclusive) + reference("#p", kType)),
          "<Other><PrescriptionDocument id=\"doc\">U0ox</PrescriptionDocument>" +
              signature(reference("#doc", "", base64) + reference("#p", kType)) + "</Other>",
          whole(kEnveloped),
          whole(kEnveloped + c14n),
          whole(xpath),
          whole(xpath + kExclusive)};
}

TEST(SignedBytes, AreWhatTheDigestIsOver) {
  for (const std::string& way : ways()) {
    const std::string text = sign_template(way);
    const SignatureReport report = kept(text);
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    ASSERT_EQ(report.covers.size(), 1U) << shown(report);
    const CoveredPart& part = report.covers.front();
    EXPECT_EQ(to_base64(sha256(part.signed_bytes)), digest_value(text, part.reference)) << text;
    EXPECT_TRUE(judged_text(text).covers.front().signed_bytes.empty()) << "only when asked for";
  }
}

TEST(SignedBytes, AreTheDocumentsBesideTheFile) {
  const std::vector<Document> beside = {Document::from_bytes("a.txt", to_bytes(as_bytes("a"))),
                                        Document::from_bytes("b.txt", to_bytes(as_bytes("b")))};
  const std::string text =
      sign_template(signature(reference("a.txt") + reference("b.txt") + reference("#p", kType)), beside);
  const SignatureReport report = kept(text, beside);
  ASSERT_EQ(report.covers.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(report.covers[i].detached, beside[i].name);
    EXPECT_EQ(report.covers[i].signed_bytes, must(whole(beside[i], 100)));
  }
  // One of them changed: the other's bytes stay, its own do not come back.
  const SignatureReport changed = kept(text, {beside[0], Document::from_bytes("b.txt", {'x'})});
  EXPECT_EQ(changed.indication, Indication::kTotalFailed);
  ASSERT_EQ(changed.covers.size(), 1U);
  EXPECT_EQ(changed.covers.front().detached, "a.txt");
}

TEST(SignedBytes, DoNotComeBackWhereTheDigestIsWrong) {
  for (const std::string& way : ways()) {
    const std::string text = sign_template(way);
    for (const CoveredPart& part : kept(replaced(text, ">U0ox<", ">U0oy<")).covers) {
      EXPECT_TRUE(part.signed_bytes.empty());
    }
  }
}

TEST(SignedBytes, OfCms) {
  CmsForge forge;
  for (const bool attached : {true, false}) {
    forge.attached = attached;
    const SignatureReport report = judged_cms(forge);
    ASSERT_EQ(report.covers.size(), 1U);
    EXPECT_EQ(report.covers.front().signed_bytes, forge.content);
  }
}

}  // namespace
}  // namespace shomei::signing::test
