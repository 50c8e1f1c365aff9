// What a signature refers to beside its content: documents by name or none, certificates and lists by digest (XAdES-C).
#include <fmt/format.h>

#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

const Document kLetter = Document::from_bytes("letter.txt", to_bytes(as_bytes("To whom it may concern")));

std::string signed_letter(const std::string& uri) {
  const std::string text = sign_template(signature(reference("letter.txt") + reference("#p", kType)), {kLetter});
  return signed_anew(replaced(text, " URI=\"letter.txt\"", uri));
}

TEST(NoUri, MeansTheOnlyDocumentHandedIn) {
  const std::string text = signed_letter("");
  VerifyInputs given = inputs(to_bytes(as_bytes(text)), {kLetter});
  given.keep_signed_bytes = true;
  const SignatureReport report = judged(given);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  ASSERT_EQ(report.covers.size(), 1U);
  EXPECT_EQ(report.covers.front().detached, "letter.txt");
  EXPECT_EQ(as_text(report.covers.front().signed_bytes), "To whom it may concern");
  expect_failed(judged_text(text, {Document::from_bytes("letter.txt", {'x'})}), "reference.digest");
}

TEST(NoUri, SaysNothingWhereSeveralCouldBeMeant) {
  const Document other = Document::from_bytes("other.txt", {'x'});
  for (const std::vector<Document>& beside : {std::vector<Document>{}, std::vector<Document>{kLetter, other}}) {
    const SignatureReport report = judged_text(signed_letter(""), beside);
    EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
    EXPECT_TRUE(has_finding(report, "reference.not_found", Severity::kFail)) << shown(report);
  }
  // Two references without URI, or one beside a named one: which is meant by the one document?
  const std::string named =
      sign_template(signature(reference("letter.txt") + reference("letter.txt") + reference("#p", kType)), {kLetter});
  std::string both = named;
  const std::size_t second = both.rfind(" URI=\"letter.txt\"");
  both.erase(second, std::string_view(" URI=\"letter.txt\"").size());
  EXPECT_TRUE(has_finding(judged_text(signed_anew(both), {kLetter}), "reference.not_found", Severity::kFail));
}

std::string certificate_reference(ByteView der) {
  return "<x:Cert><x:CertDigest><ds:DigestMethod "
         "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>" +
         to_base64(sha256(der)) + "</ds:DigestValue></x:CertDigest></x:Cert>";
}

std::string list_reference(ByteView der, const auth::CrlFacts& facts) {
  return fmt::format(
      "<x:CRLRef><x:DigestAlgAndValue><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
      "<ds:DigestValue>{}</ds:DigestValue></x:DigestAlgAndValue><x:CRLIdentifier><x:Issuer>{}</x:Issuer>"
      "<x:IssueTime>{}</x:IssueTime></x:CRLIdentifier></x:CRLRef>",
      to_base64(sha256(der)), facts.issuer, to_rfc3339(facts.this_update));
}

/// A good signature with unsigned properties beside its signed ones.
SignatureReport with_properties(const std::string& properties) {
  static const std::string good = sign_template(prescription(kGood));
  return judged_text(replaced(good, "</x:SignedProperties>",
                              "</x:SignedProperties><x:UnsignedProperties><x:UnsignedSignatureProperties>" +
                                  properties + "</x:UnsignedSignatureProperties></x:UnsignedProperties>"));
}

class CompleteRefsOf : public testing::Test {
 protected:
  const Bytes ca = must(read_file(pki("trust/signature/sign_ca.cer"), 1 << 16));
  const Bytes root = must(read_file(pki("trust/signature/root.cer"), 1 << 16));
  const auth::ValidationInputs at_hand = evidence();

  std::string certificates(const std::string& list) const {
    return "<x:CompleteCertificateRefs><x:CertRefs>" + list + "</x:CertRefs></x:CompleteCertificateRefs>";
  }
  std::string lists(ByteView changed = {}) const {
    std::string all;
    for (const auth::Crl& crl : at_hand.crls) {
      all += list_reference(changed.empty() ? crl.der() : changed, crl.facts());
    }
    return "<x:CompleteRevocationRefs><x:CRLRefs>" + all + "</x:CRLRefs></x:CompleteRevocationRefs>";
  }
  void expect_incomplete(const std::string& properties) const {
    const SignatureReport report = with_properties(properties);
    EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
    EXPECT_TRUE(has_finding(report, "references.incomplete", Severity::kFail)) << shown(report);
  }
};

TEST_F(CompleteRefsOf, TheWholePathPass) {
  const SignatureReport report =
      with_properties(certificates(certificate_reference(ca) + certificate_reference(root)) + lists());
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  const SignatureReport second =
      with_properties("<y:CompleteCertificateRefsV2 xmlns:y=\"http://uri.etsi.org/01903/v1.4.1#\"><y:CertRefs>" +
                      certificate_reference(root) + certificate_reference(ca) +
                      "</y:CertRefs></y:CompleteCertificateRefsV2>" + lists());
  EXPECT_EQ(second.indication, Indication::kTotalPassed) << shown(second);
}

TEST_F(CompleteRefsOf, LessThanThePathDoNot) {
  const std::string both = certificate_reference(ca) + certificate_reference(root);
  expect_incomplete(certificates(certificate_reference(root)) + lists());
  expect_incomplete(certificates(certificate_reference(ca)) + lists());
  expect_incomplete(certificates("") + lists());
  expect_incomplete(certificates(both));
  std::string many;
  for (int i = 0; i < 65; ++i) {
    many += certificate_reference(ca);
  }
  expect_incomplete(certificates(many + certificate_reference(root)) + lists());
  expect_incomplete(lists());
  expect_incomplete(certificates(both) + lists(ca));
  expect_incomplete(certificates(both + "<x:Cert/>") + lists());
  expect_incomplete(certificates(both) + replaced(lists(), "</x:CRLRefs>", "<x:CRLRef/></x:CRLRefs>"));
}

}  // namespace
}  // namespace shomei::signing::test
