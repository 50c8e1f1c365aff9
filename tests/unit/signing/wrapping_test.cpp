// Signature wrapping: what is signed stays intact and stands where nobody reads it. None may pass as if it covered what
// a reader takes for the document.
#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

TEST(Wrapping, TheUnwrappedOnePasses) {
  const SignatureReport report = judged_text(sign_template(prescription(kGood)));
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.profile, "eprescription");
  ASSERT_EQ(report.covers.size(), 1U);
  EXPECT_EQ(report.covers.front().reference, "#doc");
}

/// With exclusive C14N the element looks the same wherever it stands.
std::string wrappable() {
  return sign_template(prescription(reference("#doc", "", kExclusive) + reference("#p", kType)));
}

const std::string kSignedElement = "<PrescriptionDocument id=\"doc\">U0ox</PrescriptionDocument>";
const std::string kForged = "<PrescriptionDocument id=\"forged\">RVZJTA==</PrescriptionDocument>";

TEST(Wrapping, SignedElementMovedIntoAnObject) {
  std::string text = replaced(wrappable(), kSignedElement, kForged);
  text = replaced(text, "</ds:Signature>", "<ds:Object>" + kSignedElement + "</ds:Object></ds:Signature>");
  expect_failed(judged_text(text), "eprescription.layout");
}

TEST(Wrapping, SignedElementMovedBesideTheRootsContent) {
  std::string text = replaced(wrappable(), kSignedElement, kForged);
  text = replaced(text, "</Document>", "<Other>" + kSignedElement + "</Other></Document>");
  expect_failed(judged_text(text), "eprescription.layout");
}

TEST(Wrapping, TheSameIdentifierTwice) {
  for (const std::string forged :
       {"id=\"doc\"", "Id=\"doc\"", "ID=\"doc\"", "xml:id=\"doc\"", "xmlns:w=\"urn:w\" w:Id=\"doc\""}) {
    const std::string text =
        replaced(sign_template(prescription(kGood)), "<PrescriptionSign>", "<Decoy " + forged + "/><PrescriptionSign>");
    expect_failed(judged_text(text), "reference.ambiguous");
  }
}

TEST(Wrapping, IdentifierOnlyInAForeignNamespace) {
  const std::string text = replaced(sign_template(prescription(kGood)),
                                    "<PrescriptionDocument id=", "<PrescriptionDocument xmlns:w=\"urn:w\" w:id=");
  expect_failed(judged_text(text), "reference.ambiguous");
}

TEST(Wrapping, OtherSignedPropertiesThanThoseThatAreSigned) {
  std::string text = sign_template(prescription(kGood));
  const auto begin = text.find("<ds:Object>");
  const auto end = text.find("</ds:Object>") + std::string_view("</ds:Object>").size();
  const std::string object = text.substr(begin, end - begin);
  std::string forged = replaced(object, "Id=\"p\"", "Id=\"q\"");
  forged = replaced(forged, "2026-04-01T00:10:00Z", "2020-01-01T00:00:00Z");
  // The real ones move to where they are not read, the forged take their place.
  text.replace(begin, end - begin, forged + replaced(object, "Target=\"#s\"", "Target=\"#other\""));
  expect_failed(judged_text(text), "format");
  std::string moved = sign_template(prescription(kGood));
  moved.replace(moved.find(object), object.size(), forged);
  moved = replaced(moved, "</Document>", "<Store>" + object + "</Store></Document>");
  moved = replaced(moved, "<Store><ds:Object>", "<Store><ds:Object xmlns:ds=\"" + std::string(kDs) + "\">");
  const SignatureReport report = judged_text(moved);
  EXPECT_NE(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_TRUE(has_finding(report, "signed_properties", Severity::kFail)) << shown(report);
}

TEST(Wrapping, SignedPropertiesThatNoReferenceNames) {
  expect_failed(judged_text(sign_template(prescription(reference("#doc") + reference("#k")))), "signed_properties");
  // xades4j's case: the reference has no Type.
  expect_failed(judged_text(sign_template(prescription(reference("#doc") + reference("#p")))), "signed_properties");
}

TEST(Wrapping, ASignatureOverNothing) {
  expect_failed(judged_text(sign_template(prescription(reference("#p", kType)))), "covers.nothing");
  expect_failed(judged_text(sign_template(prescription(reference("#k") + reference("#p", kType)))), "covers.nothing");
}

TEST(Wrapping, EnvelopedTransformWhereTheSignatureIsElsewhere) {
  const std::string text = sign_template(prescription(reference("#doc", "", kEnveloped) + reference("#p", kType)));
  expect_failed(judged_text(text), "reference.forbidden");
}

TEST(Identity, NoSigningCertificateProperty) {
  const SignatureReport report = judged_text(sign_template(prescription(kGood, properties(""))));
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_EQ(report.sub_indication, SubIndication::kNoSigningCertificateFound);
  EXPECT_TRUE(has_finding(report, "signing_certificate.absent", Severity::kFail)) << shown(report);
}

TEST(Identity, SignedKeyInfoWhereThePolicyAcceptsIt) {
  VerifyInputs given = inputs(to_bytes(as_bytes(sign_template(prescription(kGood, properties(""))))));
  given.policy.accept_signed_key_info = true;
  EXPECT_EQ(judged(given).indication, Indication::kTotalPassed) << shown(judged(given));
  given = inputs(
      to_bytes(as_bytes(sign_template(prescription(reference("#doc") + reference("#p", kType), properties(""))))));
  given.policy.accept_signed_key_info = true;
  EXPECT_EQ(judged(given).sub_indication, SubIndication::kNoSigningCertificateFound) << shown(judged(given));
}

TEST(Identity, KeyValueAloneSaysNothing) {
  const std::string key_value = "<ds:KeyInfo Id=\"k\"><ds:KeyValue/></ds:KeyInfo>";
  const std::string text =
      "<Document><Prescription><PrescriptionDocument id=\"doc\">U0ox</PrescriptionDocument><PrescriptionSign>" +
      signature(kGood, properties(""), key_value) + "</PrescriptionSign></Prescription></Document>";
  const SignatureReport report = judged_text(sign_template(text));
  EXPECT_EQ(report.sub_indication, SubIndication::kNoSigningCertificateFound) << shown(report);
  EXPECT_EQ(report.indication, Indication::kIndeterminate);
}

TEST(References, TransformsOutsideTheListAreRefused) {
  for (const std::string algorithm :
       {"http://www.w3.org/TR/1999/REC-xslt-19991116", "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2", "urn:unknown"}) {
    const std::string exc = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    const std::string text = replaced(sign_template(prescription(reference("#doc", "", exc) + reference("#p", kType))),
                                      exc, "<ds:Transform Algorithm=\"" + algorithm + "\"/>");
    expect_failed(judged_text(text), "reference.forbidden");
  }
}

TEST(References, MoreThanFourTransformsAreRefused) {
  const std::string exc = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
  const auto four = exc + exc + exc + exc;
  EXPECT_EQ(judged_text(sign_template(prescription(reference("#doc", "", four) + reference("#p", kType)))).indication,
            Indication::kTotalPassed);
  expect_failed(judged_text(sign_template(prescription(reference("#doc", "", four + exc) + reference("#p", kType)))),
                "format");
}

TEST(References, AddressesAreNeverOpened) {
  const Folder folder;
  const auto secret = folder.write("secret.txt", as_bytes("secret"));
  for (const std::string& uri : {"file://" + secret.string(), secret.string(), std::string("http://127.0.0.1:9/x")}) {
    const std::string text = replaced(sign_template(prescription(kGood)), "URI=\"#doc\"", "URI=\"" + uri + "\"");
    const SignatureReport report = judged_text(text);
    EXPECT_NE(report.indication, Indication::kTotalPassed);
    EXPECT_TRUE(has_finding(report, "reference.not_found", Severity::kFail)) << shown(report);
  }
}

}  // namespace
}  // namespace shomei::signing::test
