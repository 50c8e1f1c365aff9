// Documents of the electronic prescription service, from the CSV to the signed XML.
#include "signing/xades/prescription_build.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/signing/fixture.h"
#include "tests/unit/signing/xml_outline.h"

namespace shomei::signing::test {
namespace {

constexpr std::string_view kPrescription =
    "SJ1\n1,1,4310001,43,城東クリニック\n201,1,1,1,2,620000001,試験錠１ｍｇ,1,1,錠\n";
constexpr std::string_view kDispensing = "CJ1\n1,4,4340001,43,城東薬局\n201,1,試験錠１ｍｇ,1,錠,2,620000001,\n";

Result<Bytes> made(std::string_view csv, const std::string& holder, std::optional<Bytes> prescription = {}) {
  TestKey key = key_of(holder);
  const FixedClock clock(kSigned);
  SignRequest request{.document = Document::from_bytes("p.csv", to_bytes(as_bytes(csv))),
                      .profile = SignProfile::kEprescription};
  if (prescription) {
    request.prescription = Document::from_bytes("prescription.xml", *prescription);
  }
  SHOMEI_TRY(SignedDocument document, LocalDocumentSigner(xml(), key, clock).sign(request));
  EXPECT_EQ(key.uses, 1);
  return document.bytes;
}

/// Element names, attribute names and algorithms, as the service's prescription samples have them.
const std::vector<std::string> kSignatureForm = {
    "xs:Signature xmlns:xs Id",
    "xs:SignedInfo Id",
    "xs:CanonicalizationMethod Algorithm=http://www.w3.org/2001/10/xml-exc-c14n#",
    "xs:SignatureMethod Algorithm=http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "xs:Reference Id URI",
    "xs:DigestMethod Algorithm=http://www.w3.org/2001/04/xmlenc#sha256",
    "xs:DigestValue",
    "xs:Reference Id URI",
    "xs:Transforms",
    "xs:Transform Algorithm=http://www.w3.org/2001/10/xml-exc-c14n#",
    "xs:DigestMethod Algorithm=http://www.w3.org/2001/04/xmlenc#sha256",
    "xs:DigestValue",
    "xs:Reference Id Type URI",
    "xs:Transforms",
    "xs:Transform Algorithm=http://www.w3.org/2001/10/xml-exc-c14n#",
    "xs:DigestMethod Algorithm=http://www.w3.org/2001/04/xmlenc#sha256",
    "xs:DigestValue",
    "xs:SignatureValue Id",
    "xs:KeyInfo Id",
    "xs:X509Data",
    "xs:X509Certificate",
    "xs:Object xmlns:xa",
    "xa:QualifyingProperties Id Target",
    "xa:SignedProperties Id",
    "xa:SignedSignatureProperties",
    "xa:SigningTime",
    "xa:SigningCertificateV2",
    "xa:Cert",
    "xa:CertDigest",
    "xs:DigestMethod Algorithm=http://www.w3.org/2001/04/xmlenc#sha256",
    "xs:DigestValue",
};

std::vector<std::string> form(std::initializer_list<std::vector<std::string>> parts) {
  std::vector<std::string> all;
  for (const auto& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

const std::vector<std::string> kPrescriptionForm =
    form({{"PrescriptionManagement id", "Version Value", "PrescriptionId Value", "PrescriptionDocument id",
           "PrescriptionSign"},
          kSignatureForm});

TEST(Eprescription, HasTheServicesForm) {
  const Bytes document = must(made(kPrescription, "doctor1"));
  EXPECT_EQ(xml_outline(as_text(document)),
            form({{"Document xmlns:xsi id xsi:noNamespaceSchemaLocation", "Prescription"}, kPrescriptionForm}));
  const std::string text(as_text(document));
  for (const std::string& part :
       {std::string("xsi:noNamespaceSchemaLocation=\"EP.xsd\""), std::string("<Version Value=\"EPS1.0\"/>"),
        fmt::format("<PrescriptionDocument id=\"PrescriptionDocument\">{}</", to_base64(as_bytes(kPrescription))),
        std::string("Id=\"PrescriptionSign\""), std::string("Target=\"#PrescriptionSign\""),
        std::string("<xa:SigningTime>2026-04-01T00:10:00+00:00</"), std::string("=\n</xs:DigestValue>"),
        std::string("\n</xs:SignatureValue>"), std::string("\n</xs:X509Certificate>")}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  const std::size_t value = text.find("<xs:SignatureValue");
  const std::string_view first_line = std::string_view(text).substr(text.find('>', value) + 1);
  EXPECT_EQ(first_line.find('\n'), 76U);
}

TEST(Eprescription, PassesAsAPrescription) {
  const SignatureReport report = judged(inputs(must(made(kPrescription, "doctor1"))));
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.profile, "eprescription");
  ASSERT_EQ(report.covers.size(), 1U);
  EXPECT_EQ(report.covers.front().reference, "#PrescriptionDocument");
}

VerifyReport judged_all(Bytes document) {
  return must(verify(xml(), inputs(std::move(document))));
}

TEST(Eprescription, ADispensingHoldsThePrescriptionWhoseSignatureStillPasses) {
  const Bytes prescription = must(made(kPrescription, "doctor1"));
  const Bytes dispensing = must(made(kDispensing, "pharmacist", prescription));
  EXPECT_EQ(xml_outline(as_text(dispensing)),
            form({{"Document xmlns:xsi id xsi:noNamespaceSchemaLocation", "DispensingManagement id", "Version Value",
                   "DispensingId Value", "Dispensing id", "ReferencePrescription"},
                  kPrescriptionForm,
                  {"DispensingDocument id", "DispensingSign"},
                  kSignatureForm}));
  const VerifyReport report = judged_all(dispensing);
  ASSERT_EQ(report.signatures.size(), 2U);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report.signatures[0]) << shown(report.signatures[1]);
  EXPECT_EQ(report.signatures[0].id, "PrescriptionSign");
  EXPECT_EQ(report.signatures[1].id, "DispensingSign");
  for (const SignatureReport& signature : report.signatures) {
    EXPECT_EQ(signature.profile, "eprescription");
  }
  EXPECT_EQ(report.signatures[1].covers.at(0).reference, "#Dispensing");
  const std::string text(as_text(dispensing));
  for (const std::string_view id :
       {"\"Document\"", "\"PrescriptionDocument\"", "\"PrescriptionSign\"", "\"Dispensing\""}) {
    const auto at = text.find("d=" + std::string(id));
    ASSERT_NE(at, std::string::npos) << id;
    EXPECT_EQ(text.find("d=" + std::string(id), at + 1), std::string::npos) << id << " twice";
  }
}

TEST(Eprescription, TheDispensingCoversThePrescriptionAndItsSignature) {
  const Bytes prescription = must(made(kPrescription, "doctor1"));
  const std::string good(as_text(must(made(kDispensing, "pharmacist", prescription))));
  const std::string other = replaced(std::string(kPrescription), "１ｍｇ", "９ｍｇ");
  const VerifyReport report =
      judged_all(to_bytes(as_bytes(replaced(good, to_base64(as_bytes(kPrescription)), to_base64(as_bytes(other))))));
  for (const SignatureReport& signature : report.signatures) {
    EXPECT_EQ(signature.sub_indication, SubIndication::kHashFailure) << shown(signature);
  }
}

TEST(Eprescription, NamespacesAroundThePrescriptionGoAlong) {
  std::string prescription(as_text(must(made(kPrescription, "doctor1"))));
  // Inclusive C14N takes in what is declared around: with one more namespace the signature is not the same any more.
  prescription = replaced(prescription, "<Prescription>", "<Prescription xmlns:x=\"urn:x\">");
  const auto broken = made(kDispensing, "pharmacist", to_bytes(as_bytes(prescription)));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::kSignNotValid) << describe(broken.error());
}

TEST(Eprescription, XmlsecAcceptsBothSignatures) {
  const Folder folder;
  const Bytes prescription = must(made(kPrescription, "doctor1"));
  folder.write("p.xml", prescription);
  folder.write("d.xml", must(made(kDispensing, "pharmacist", prescription)));
  const std::string verify_it = fmt::format(
      "TZ=UTC xmlsec1 --verify --enabled-key-data x509 --trusted-der {} --untrusted-der {} --verification-time "
      "'2026-04-01 00:20:00' --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --id-attr:Id "
      "http://www.w3.org/2000/09/xmldsig#:KeyInfo --id-attr:id PrescriptionDocument --id-attr:id Dispensing ",
      pki("trust/signature/root.cer").string(), pki("trust/signature/sign_ca.cer").string());
  for (const std::string& which : {std::string("--node-name http://www.w3.org/2000/09/xmldsig#:Signature p.xml"),
                                   std::string("--node-xpath '//PrescriptionSign/*' d.xml"),
                                   std::string("--node-xpath '//DispensingSign/*' d.xml")}) {
    const Ran ran = run(folder.path(), verify_it + which);
    EXPECT_EQ(ran.status, 0) << ran.output;
    EXPECT_NE(ran.output.find("(ok/all): 3/3"), std::string::npos) << ran.output;
  }
}

TEST(Eprescription, SaysWhatIsWrongWithTheCsv) {
  const std::string shift_jis = "SJ1\n1,1,\x8F\xE9\x93\x8C\n";
  for (const auto& [csv, words] : std::vector<std::pair<std::string, std::string>>{
           {shift_jis, "Shift_JIS"},
           {"\xEF\xBB\xBF" + std::string(kPrescription), "byte-order mark"},
           {std::string("\xFF\xFES\0J\0", 6), "UTF-16"},
           {"SJ1\n\xFF\xFF", "not UTF-8"},
           {"1,2,3\n", "SJ record"},
           {" SJ1\n", "SJ record"},
           {std::string("SJ1\n\0", 5), "SJ record"}}) {
    const auto refused = made(csv, "doctor1");
    ASSERT_FALSE(refused) << csv;
    EXPECT_EQ(refused.error().code, Code::kInputMalformed);
    EXPECT_NE(describe(refused.error()).find(words), std::string::npos) << describe(refused.error());
  }
  const auto empty = made("", "doctor1");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Code::kInputEmpty);
}

TEST(Eprescription, RefusesWhatDoesNotFitTogether) {
  const Bytes prescription = must(made(kPrescription, "doctor1"));
  const Bytes unsigned_one = to_bytes(as_bytes("<Document><Prescription/></Document>"));
  const std::string changed =
      replaced(std::string(as_text(prescription)), "<PrescriptionDocument id", "<PrescriptionDocument x=\"\" id");
  for (const auto& [csv, inner, code] : std::vector<std::tuple<std::string_view, std::optional<Bytes>, Code>>{
           {kDispensing, {}, Code::kSignUnsupported},
           {kPrescription, prescription, Code::kSignUnsupported},
           {kDispensing, unsigned_one, Code::kSignUnsupported},
           {kDispensing, to_bytes(as_bytes(changed)), Code::kSignNotValid},
           {kDispensing, to_bytes(as_bytes("not xml")), Code::kXmlMalformed}}) {
    const auto refused = made(csv, "pharmacist", inner);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, code) << describe(refused.error());
  }
}

}  // namespace
}  // namespace shomei::signing::test
