#include "tests/unit/signing/xml_template.h"

#include "signing/xml/xml_canonical.h"
#include "signing/xml/xmldsig_facts.h"

namespace shomei::signing::test {

std::string sign_template(const std::string& text, const std::vector<Document>& beside) {
  const Folder folder;
  const auto holder = pki("holders/doctor1");
  folder.write("t.xml", as_bytes(text));
  for (const Document& document : beside) {
    folder.write(document.name, must(whole(document, 1 << 20)));
  }
  const Ran ran =
      run(folder.path(), "openssl x509 -inform DER -in " + (holder / "signature.cer").string() +
                             " -out ee.pem && xmlsec1 --sign --privkey-pem " + (holder / "signature.key.pem").string() +
                             ",ee.pem --id-attr:Id SignedProperties --id-attr:id PrescriptionDocument "
                             "--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "
                             "--id-attr:Id http://www.w3.org/2000/09/xmldsig#:KeyInfo --output s.xml t.xml");
  EXPECT_EQ(ran.status, 0) << ran.output;
  return std::string(as_text(must(read_file(folder.path() / "s.xml", 1 << 20))));
}

std::string signed_anew(const std::string& text, const std::function<Bytes(ByteView)>& sign) {
  const Limits limits;
  const OwnedXmlDoc document = must(parse_xml(as_bytes(text), limits));
  const auto infos = elements(document.get(), ns::kDs, "SignedInfo");
  EXPECT_EQ(infos.size(), 1U);
  WorkBudget budget(limits.work);
  const Bytes canonical = must(canonical_bytes({.document = document.get(), .apex = infos.front(), .comments = true},
                                               {.kind = Canonicalization::Kind::kExclusive}, budget));
  const std::string_view open = "<ds:SignatureValue>";
  const std::size_t begin = text.find(open) + open.size();
  const std::size_t end = text.find("</ds:SignatureValue>");
  return text.substr(0, begin) + to_base64(sign(sha256(canonical))) + text.substr(end);
}

std::string signed_anew(const std::string& text) {
  TestKey key = key_of("doctor1");
  return signed_anew(text, [&](ByteView digest) { return must(key.sign_digest(DigestAlgorithm::kSha256, digest)); });
}

std::string reference(const std::string& uri, const std::string& type, const std::string& transforms) {
  return "<ds:Reference URI=\"" + uri + "\"" + (type.empty() ? "" : " Type=\"" + type + "\"") + ">" +
         (transforms.empty() ? "" : "<ds:Transforms>" + transforms + "</ds:Transforms>") +
         "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue/></ds:Reference>";
}

std::string properties(const std::string& signing_certificate) {
  return "<ds:Object><x:QualifyingProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"#s\">"
         "<x:SignedProperties "
         "Id=\"p\"><x:SignedSignatureProperties><x:SigningTime>2026-04-01T00:10:00Z</x:SigningTime>" +
         signing_certificate +
         "</x:SignedSignatureProperties></x:SignedProperties></x:QualifyingProperties></ds:Object>";
}

std::string signing_certificate() {
  return "<x:SigningCertificateV2><x:Cert><x:CertDigest><ds:DigestMethod "
         "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>" +
         to_base64(sha256(must(read_file(pki("holders/doctor1/signature.cer"), 1 << 16)))) +
         "</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2>";
}

std::string signature(const std::string& references, const std::string& objects, const std::string& key_info) {
  return "<ds:Signature xmlns:ds=\"" + std::string(kDs) +
         "\" Id=\"s\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
         "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>" +
         references + "</ds:SignedInfo><ds:SignatureValue/>" + key_info + objects + "</ds:Signature>";
}

std::string prescription(const std::string& references, const std::string& objects) {
  return "<Document><Prescription><PrescriptionDocument id=\"doc\">U0ox</PrescriptionDocument><PrescriptionSign>" +
         signature(references, objects) + "</PrescriptionSign></Prescription></Document>";
}

SignatureReport judged_text(const std::string& text, std::vector<Document> detached) {
  return judged(inputs(to_bytes(as_bytes(text)), std::move(detached)));
}

void expect_failed(const SignatureReport& report, std::string_view check) {
  EXPECT_EQ(report.indication, Indication::kTotalFailed) << shown(report);
  EXPECT_TRUE(has_finding(report, check, Severity::kFail)) << shown(report);
}

}  // namespace shomei::signing::test
