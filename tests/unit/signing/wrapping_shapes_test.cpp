// The known shapes of signature wrapping (XSW 1 to 8, found in SAML), adapted to XAdES, and their relatives: doubled
// and moved properties, identifiers written differently, text that readers read differently. What is not signed never
// passes as signed: either the verdict says so, or `signed_bytes` hold what was signed and nothing else.
#include <fmt/format.h>

#include "tests/unit/signing/xml_template.h"

namespace shomei::signing::test {
namespace {

const std::string kSignedElement = "<PrescriptionDocument id=\"doc\">U0ox</PrescriptionDocument>";
const std::string kForged = "<PrescriptionDocument id=\"forged\">RVZJTA==</PrescriptionDocument>";

/// With exclusive C14N the element looks the same wherever it stands.
std::string wrappable() {
  static const std::string text =
      sign_template(prescription(reference("#doc", "", kExclusive) + reference("#p", kType, kExclusive)));
  return text;
}

std::string signature_of(const std::string& text) {
  const std::size_t begin = text.find("<ds:Signature ");
  const std::string_view end = "</ds:Signature>";
  return text.substr(begin, text.find(end) + end.size() - begin);
}

/// The forged document is read where the signed one stood; `where` takes the signed one in the place of {}.
void expect_layout_refused(const std::string& anchor, const std::string& where) {
  std::string text = replaced(wrappable(), kSignedElement, kForged);
  text = replaced(text, anchor, fmt::format(fmt::runtime(where), kSignedElement));
  SCOPED_TRACE(where);
  expect_failed(judged_text(text), "eprescription.layout");
}

TEST(WrappingShapes, TheSignedElementMovedAnywhereElse) {
  expect_layout_refused("</ds:Signature>", "<ds:Object>{}</ds:Object></ds:Signature>");
  expect_layout_refused("</ds:Signature>",
                        "<ds:Object><w:Wrapper xmlns:w=\"urn:w\">{}</w:Wrapper></ds:Object></ds:Signature>");
  expect_layout_refused("</ds:Signature>", "</ds:Signature>{}");
  expect_layout_refused("<Document>", "<Document><Copy>{}</Copy>");
  expect_layout_refused("</Document>", "{}</Document>");
  expect_layout_refused("</Prescription>", "</Prescription><Prescription>{}</Prescription>");
  expect_layout_refused("<Prescription>", "<Prescription><Extensions>{}</Extensions>");
  expect_layout_refused("</x:SignedProperties>",
                        "</x:SignedProperties><x:UnsignedProperties>{}</x:UnsignedProperties>");
}

/// Beside it, with the same name: which of them is read?
TEST(WrappingShapes, TwoDocumentsInOnePrescription) {
  for (const std::string& both : {kForged + kSignedElement, kSignedElement + kForged}) {
    expect_failed(judged_text(replaced(wrappable(), kSignedElement, both)), "eprescription.layout");
  }
  const std::string other = replaced(kForged, "<PrescriptionDocument", "<w:PrescriptionDocument xmlns:w=\"urn:w\"");
  const std::string text = replaced(wrappable(), kSignedElement, kSignedElement + replaced(other, "</Pre", "</w:Pre"));
  // Another namespace is another element, and all of the signed one is covered.
  EXPECT_EQ(judged_text(text).indication, Indication::kTotalPassed);
}

/// The forged document around the signed one, or inside it.
TEST(WrappingShapes, TheSignedElementNested) {
  const std::string around =
      "<PrescriptionDocument id=\"forged\">RVZJTA==" + kSignedElement + "</PrescriptionDocument>";
  expect_failed(judged_text(replaced(wrappable(), kSignedElement, around)), "eprescription.layout");
  const std::string inside = replaced(kSignedElement, "U0ox", kForged + "U0ox");
  expect_failed(judged_text(replaced(wrappable(), kSignedElement, inside)), "reference.digest");
}

/// A letter without a profile: its signed root goes into the signature, another root around it.
TEST(WrappingShapes, TheWholeRootIntoTheSignature) {
  const auto letter = [](const std::string& transforms) {
    return sign_template("<PrescriptionDocument id=\"doc\"><to>Dr. A</to>" +
                         signature(reference("#doc", "", transforms) + reference("#p", kType, kExclusive)) +
                         "</PrescriptionDocument>");
  };
  const std::string good = letter(kEnveloped + kExclusive);
  ASSERT_EQ(judged_text(good).indication, Indication::kTotalPassed);
  const std::string signature = signature_of(good);
  const std::string bare = replaced(good.substr(good.find("<Pre")), signature, "");
  for (const std::string place : {"</ds:Signature>", "</ds:SignedInfo>"}) {
    const std::string wrapped = "<PrescriptionDocument><to>Mallory</to>" +
                                replaced(signature, place, "<ds:Object>" + bare + "</ds:Object>" + place) +
                                "</PrescriptionDocument>";
    EXPECT_EQ(judged_text(wrapped).indication, Indication::kTotalFailed);
  }
  expect_failed(judged_text("<Evil>" + bare + signature + "</Evil>"), "reference.forbidden");
  // The whole document, by "": a new root is another document.
  const std::string whole = sign_template(
      "<a><to>Dr. A</to>" + test::signature(reference("", "", kEnveloped) + reference("#p", kType)) + "</a>");
  const std::string root = whole.substr(whole.find("<a>"));
  expect_failed(judged_text("<evil>" + root + "</evil>"), "reference.digest");
}

/// Where no profile says which element is the document, what was signed is what `signed_bytes` hold.
TEST(WrappingShapes, SignedBytesAreTheSignedElementWhereverItStands) {
  const std::string text =
      sign_template("<Letters><PrescriptionDocument id=\"doc\">to Dr. A</PrescriptionDocument>" +
                    signature(reference("#doc", "", kExclusive) + reference("#p", kType, kExclusive)) + "</Letters>");
  const std::string element = "<PrescriptionDocument id=\"doc\">to Dr. A</PrescriptionDocument>";
  const std::string wrapped =
      replaced(replaced(text, element, "<PrescriptionDocument>to Mallory</PrescriptionDocument>"), "</Letters>",
               "<Attic>" + element + "</Attic></Letters>");
  VerifyInputs given = inputs(to_bytes(as_bytes(wrapped)));
  given.keep_signed_bytes = true;
  const SignatureReport report = judged(given);
  ASSERT_EQ(report.covers.size(), 1U);
  EXPECT_EQ(as_text(report.covers.front().signed_bytes), element);
  EXPECT_NE(shown(report).find("/Letters/Attic/PrescriptionDocument"), std::string::npos)
      << "and the report says where";
}

TEST(WrappingShapes, IdentifiersWrittenDifferently) {
  for (const std::string id : {"id=\"&#100;oc\"", "iD=\"&#x64;&#x6F;c\"", "id='doc'"}) {
    expect_failed(judged_text(replaced(wrappable(), "<PrescriptionSign>", "<Decoy " + id + "/><PrescriptionSign>")),
                  "reference.ambiguous");
  }
  // Not the same: XML does not trim attributes of unknown type.
  for (const std::string id : {"id=\" doc\"", "id=\"DOC\"", "ident=\"doc\""}) {
    EXPECT_EQ(
        judged_text(replaced(wrappable(), "<PrescriptionSign>", "<Decoy " + id + "/><PrescriptionSign>")).indication,
        Indication::kTotalPassed);
  }
}

TEST(WrappingShapes, TwoSignaturesOfOneId) {
  const std::string good = wrappable();
  const std::string other = "<ds:Signature xmlns:ds=\"" + std::string(kDs) + "\" Id=\"s\"/>";
  const auto report =
      must(verify(xml(), inputs(to_bytes(as_bytes(replaced(good, "</Document>", other + "</Document>"))))));
  ASSERT_EQ(report.signatures.size(), 2U);
  EXPECT_TRUE(has_finding(report.signatures.front(), "reference.ambiguous", Severity::kFail));
  EXPECT_EQ(report.signatures.front().indication, Indication::kTotalFailed);
  expect_failed(judged_text(replaced(good, "<PrescriptionSign>", "<PrescriptionSign xml:id=\"s\">")),
                "reference.ambiguous");
}

/// The same file twice: the copy's references name what stands in the original.
TEST(WrappingShapes, TheWholeSignatureCopied) {
  const std::string good = wrappable();
  const std::string copied = replaced(good, "</Document>", "<Store>" + signature_of(good) + "</Store></Document>");
  const auto report = must(verify(xml(), inputs(to_bytes(as_bytes(copied)))));
  EXPECT_EQ(report.indication, Indication::kTotalFailed);
  for (const SignatureReport& signature : report.signatures) {
    EXPECT_NE(signature.indication, Indication::kTotalPassed);
  }
}

TEST(WrappingShapes, SignedPropertiesWrappedOrDoubled) {
  const std::string good = wrappable();
  const std::size_t begin = good.find("<x:SignedProperties");
  const std::string_view close = "</x:SignedProperties>";
  const std::string element = good.substr(begin, good.find(close) + close.size() - begin);
  const std::string forged =
      replaced(replaced(element, "Id=\"p\"", "Id=\"q\""), "2026-04-01T00:10", "2020-01-01T00:10");
  // Exclusive C14N leaves the moved one as it was: namespaces are declared where it stands.
  const std::string moved =
      replaced(element, "<x:SignedProperties", "<x:SignedProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\"");
  for (const auto& [text, check] : std::vector<std::pair<std::string, std::string>>{
           {replaced(good, element, element + forged), "format"},
           {replaced(good, element, forged + element), "format"},
           {replaced(replaced(good, element, forged), "</ds:Signature>",
                     "<ds:Object>" + moved + "</ds:Object></ds:Signature>"),
            "signed_properties"},
           {replaced(replaced(good, element, forged), "</Document>",
                     "<w xmlns:ds=\"" + std::string(kDs) + "\">" + moved + "</w></Document>"),
            "signed_properties"},
           {replaced(good, element, "<x:Wrapper>" + element + "</x:Wrapper>"), "format"},
           {replaced(good, element, replaced(forged, "</x:SignedProperties>", element + "</x:SignedProperties>")),
            "signed_properties"}}) {
    expect_failed(judged_text(text), check);
  }
}

TEST(WrappingShapes, QualifyingPropertiesOfAnotherSignature) {
  const std::string good = wrappable();
  expect_failed(judged_text(replaced(good, "Target=\"#s\"", "Target=\"#t\"")), "format");
  expect_failed(judged_text(replaced(good, "Target=\"#s\"", "Target=\"s\"")), "format");
  expect_failed(judged_text(replaced(good, " Target=\"#s\"", "")), "format");
  const std::string second =
      "<ds:Object><x:QualifyingProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" "
      "Target=\"#s\"/></ds:Object></ds:Signature>";
  expect_failed(judged_text(replaced(good, "</ds:Signature>", second)), "format");
}

/// Readers that stop at a comment, or do not know CDATA, read another text than the one that is signed: the signed
/// bytes hold it in one piece.
TEST(WrappingShapes, TextThatReadersReadDifferently) {
  for (const std::string text : {"U0<!-- x -->ox", "<![CDATA[U0ox]]>", "U0<![CDATA[]]>ox", "U&#48;ox"}) {
    VerifyInputs given = inputs(to_bytes(as_bytes(replaced(wrappable(), ">U0ox<", ">" + text + "<"))));
    given.keep_signed_bytes = true;
    const SignatureReport report = judged(given);
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_EQ(as_text(report.covers.at(0).signed_bytes), kSignedElement);
  }
  for (const std::string text : {"U0<?x y?>ox", "U0 ox", "U0<b/>ox", "<U0ox/>"}) {
    expect_failed(judged_text(replaced(wrappable(), ">U0ox<", ">" + text + "<")), "reference.digest");
  }
}

TEST(WrappingShapes, WhatIsInheritedIsSignedOrDoesNotCount) {
  const std::string inclusive = sign_template(prescription(reference("#doc") + reference("#p", kType)));
  for (const std::string attribute :
       {"xml:base=\"http://evil/\"", "xml:lang=\"en\"", "xmlns:e=\"urn:e\"", "xmlns=\"urn:e\""}) {
    const SignatureReport report = judged_text(replaced(inclusive, "<Document>", "<Document " + attribute + ">"));
    EXPECT_EQ(report.indication, Indication::kTotalFailed) << attribute;
  }
  // Exclusive C14N does not inherit; the element's own name is signed.
  expect_failed(judged_text(replaced(wrappable(), "<Document>", "<Document xmlns=\"urn:e\">")), "reference.digest");
  expect_failed(
      judged_text(replaced(wrappable(), "<PrescriptionDocument id", "<PrescriptionDocument xml:base=\"x\" id")),
      "reference.digest");
  EXPECT_EQ(judged_text(replaced(wrappable(), "<Document>", "<Document xml:base=\"http://evil/\">")).indication,
            Indication::kTotalPassed);
}

TEST(WrappingShapes, PrefixesBoundAnew) {
  const std::string good = wrappable();
  // The same name by another prefix is the same element, but not the same bytes.
  const std::string info =
      good.substr(good.find("<ds:SignedInfo>"), good.find("</ds:SignedInfo>") - good.find("<ds:SignedInfo>"));
  std::string renamed = info;
  for (std::size_t at = 0; (at = renamed.find("ds:", at)) != std::string::npos; at += 2) {
    renamed.replace(at, 3, "e:");
  }
  renamed = replaced(renamed, "<e:SignedInfo>", "<e:SignedInfo xmlns:e=\"" + std::string(kDs) + "\">");
  expect_failed(judged_text(replaced(replaced(good, info, renamed), "</ds:SignedInfo>", "</e:SignedInfo>")),
                "signature.value");
  // "ds" bound to something else: no signature at all.
  const auto none = must(verify(xml(), inputs(to_bytes(as_bytes(replaced(good, std::string(kDs), "urn:none"))))));
  EXPECT_TRUE(none.signatures.empty());
  EXPECT_EQ(none.indication, Indication::kIndeterminate);
}

TEST(WrappingShapes, DocumentTypesAndEntities) {
  for (const std::string type : {"<!DOCTYPE Document>", "<!DOCTYPE Document [<!ENTITY e \"U0ox\">]>",
                                 "<!DOCTYPE Document SYSTEM \"http://127.0.0.1:9/x.dtd\">",
                                 "<!DOCTYPE Document [<!ATTLIST PrescriptionDocument id ID #IMPLIED>]>",
                                 "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"}) {
    const auto report =
        verify(xml(), inputs(to_bytes(as_bytes(replaced(wrappable(), "<Document>", type + "<Document>")))));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Code::kXmlForbidden);
  }
  const auto entity = verify(xml(), inputs(to_bytes(as_bytes(replaced(wrappable(), ">U0ox<", ">&e;<")))));
  ASSERT_FALSE(entity);
  EXPECT_EQ(entity.error().code, Code::kXmlMalformed);
}

std::string certificate(ByteView der) {
  return "<ds:X509Certificate>" + to_base64(der) + "</ds:X509Certificate>";
}

/// KeyInfo is not signed here: what it holds first is not the signer for that.
TEST(WrappingShapes, OtherCertificatesInKeyInfo) {
  const std::string good = wrappable();
  const std::string open = "<ds:X509Data>";
  const std::string other = certificate(key_of("doctor2").certificate());
  const SignatureReport report = judged_text(replaced(good, open, open + other));
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.signer->name, "Hanako Sato");
  // Another certificate of the same key, alone.
  const Folder folder;
  const Ran ran =
      run(folder.path(), "openssl req -x509 -new -key " + pki("holders/doctor1/signature.key.pem").string() +
                             " -subj /CN=Mallory -days 9999 -outform DER -out m.cer");
  ASSERT_EQ(ran.status, 0) << ran.output;
  const std::size_t begin = good.find(open);
  const std::string data = good.substr(begin, good.find("</ds:X509Data>") - begin);
  const std::string swapped =
      replaced(good, data, open + certificate(must(read_file(folder.path() / "m.cer", 1 << 16))));
  EXPECT_EQ(judged_text(swapped).sub_indication, SubIndication::kNoSigningCertificateFound);
}

std::string with_unsigned(const std::string& properties) {
  return replaced(wrappable(), "</x:SignedProperties>",
                  "</x:SignedProperties><x:UnsignedProperties><x:UnsignedSignatureProperties>" + properties +
                      "</x:UnsignedSignatureProperties></x:UnsignedProperties>");
}

/// Revocation data that a file brings along counts by its own signature, not because it is there.
TEST(WrappingShapes, RevocationValuesOfAnotherCa) {
  const auto crl_values = [](const std::string& name) {
    return "<x:RevocationValues><x:CRLValues><x:EncapsulatedCRLValue>" +
           to_base64(must(read_file(pki("crl/" + name), 1 << 20))) +
           "</x:EncapsulatedCRLValue></x:CRLValues></x:RevocationValues>";
  };
  const auto judged_without_lists = [](const std::string& text) {
    VerifyInputs given = inputs(to_bytes(as_bytes(text)));
    std::erase_if(given.evidence.crls,
                  [](const auth::Crl& crl) { return crl.facts().issuer.find("Sign") != std::string::npos; });
    return judged(given);
  };
  EXPECT_EQ(judged_without_lists(wrappable()).sub_indication, SubIndication::kTryLater);
  EXPECT_EQ(judged_without_lists(with_unsigned(crl_values("sign_ca.crl"))).indication, Indication::kTotalPassed);
  for (const std::string name : {"auth_ca.crl", "tsa_ca.crl", "staff_ca.crl", "sarl.crl"}) {
    EXPECT_EQ(judged_without_lists(with_unsigned(crl_values(name))).sub_indication, SubIndication::kTryLater) << name;
  }
  Bytes changed = must(read_file(pki("crl/sign_ca.crl"), 1 << 20));
  changed[changed.size() - 1] ^= 1;
  const std::string forged = replaced(crl_values("sign_ca.crl"),
                                      to_base64(must(read_file(pki("crl/sign_ca.crl"), 1 << 20))), to_base64(changed));
  EXPECT_EQ(judged_without_lists(with_unsigned(forged)).sub_indication, SubIndication::kTryLater);
}

/// Anybody can put a counter-signature in: it must hold by itself, and makes nothing of the signature better.
TEST(WrappingShapes, InjectedCounterSignatures) {
  for (const std::string& injected :
       {"<x:CounterSignature><ds:Signature xmlns:ds=\"" + std::string(kDs) + "\"/></x:CounterSignature>",
        "<x:CounterSignature>" + replaced(signature_of(wrappable()), " Id=\"s\"", " Id=\"c\"") +
            "</x:CounterSignature>"}) {
    const auto report = must(verify(xml(), inputs(to_bytes(as_bytes(with_unsigned(injected))))));
    EXPECT_NE(report.indication, Indication::kTotalPassed);
  }
}

}  // namespace
}  // namespace shomei::signing::test
