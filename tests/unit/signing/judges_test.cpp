// Other people's programs judge what we sign, and we judge what they sign.
#include <fmt/format.h>

#include "tests/unit/signing/fixture.h"

namespace shomei::signing::test {
namespace {

const std::string kXmlsecVerify = fmt::format(
    "xmlsec1 --verify --enabled-key-data x509 --trusted-der {} --verification-time '2026-04-01 00:20:00' "
    "--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --id-attr:Id "
    "http://www.w3.org/2000/09/xmldsig#:Object ",
    pki("trust/signature/root.cer").string());

void expect_xmlsec_accepts(const Folder& folder, const std::string& file) {
  const Ran ran = run(folder.path(), "TZ=UTC " + kXmlsecVerify + file);
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_NE(ran.output.find("SignedInfo References (ok/all): 2/2"), std::string::npos) << ran.output;
}

void write_root_pem(const Folder& folder) {
  const Ran ran = run(folder.path(), fmt::format("openssl x509 -inform DER -in {} -out root.pem",
                                                 pki("trust/signature/root.cer").string()));
  ASSERT_EQ(ran.status, 0) << ran.output;
}

std::string openssl_verify(const std::string& content) {
  return "openssl cms -verify -cades -binary -inform DER -in s.p7s -content " + content +
         " -CAfile root.pem -attime 1775002800 -out /dev/null";
}

TEST(Judges, OpensslAcceptsDetachedCades) {
  const Folder folder;
  TestKey key = key_of("doctor1");
  write_root_pem(folder);
  folder.write("s.p7s",
               sign(key, Document::from_file(sample("referral_fhir.json")), Format::kCades, Packaging::kDetached));
  const Ran good = run(folder.path(), openssl_verify(sample("referral_fhir.json").string()));
  EXPECT_EQ(good.status, 0) << good.output;
  const Ran other = run(folder.path(), openssl_verify(sample("referral_cda.xml").string()));
  EXPECT_NE(other.status, 0) << other.output;
  EXPECT_EQ(key.uses, 1);
}

TEST(Judges, XmlsecAcceptsDetached) {
  const Folder folder;
  TestKey key = key_of("doctor2");
  const Document document =
      Document::from_bytes("referral.json", must(read_file(sample("referral_fhir.json"), 1 << 20)));
  folder.write("referral.json", std::get<Bytes>(document.content));
  folder.write("s.xml", sign(key, document, Format::kXades, Packaging::kDetached));
  expect_xmlsec_accepts(folder, "s.xml");
}

TEST(Judges, XmlsecAcceptsEnvelopedAndEnveloping) {
  const Folder folder;
  TestKey key = key_of("pharmacist");
  folder.write("enveloped.xml",
               sign(key, Document::from_file(sample("referral_cda.xml")), Format::kXades, Packaging::kEnveloped));
  expect_xmlsec_accepts(folder, "enveloped.xml");
  folder.write("xml.xml",
               sign(key, Document::from_file(sample("referral_cda.xml")), Format::kXades, Packaging::kEnveloping));
  expect_xmlsec_accepts(folder, "xml.xml");
  folder.write("json.xml",
               sign(key, Document::from_file(sample("referral_fhir.json")), Format::kXades, Packaging::kEnveloping));
  expect_xmlsec_accepts(folder, "json.xml");
}

/// A certificate with an EC key that is its own anchor.
TestKey ec_key(const Folder& folder) {
  const Ran ran =
      run(folder.path(),
          "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.pem -subj '/CN=EC' "
          "-addext keyUsage=critical,nonRepudiation -days 36500 -outform DER -out ec.cer");
  EXPECT_EQ(ran.status, 0) << ran.output;
  return {folder.path() / "ec.pem", folder.path() / "ec.cer", {}};
}

TEST(Judges, BothAcceptEcdsa) {
  const Folder folder;
  TestKey key = ec_key(folder);
  const Document document = Document::from_bytes("d.txt", to_bytes(as_bytes("content")));
  folder.write("d.txt", as_bytes("content"));
  folder.write("s.p7s", sign(key, document, Format::kCades, Packaging::kDetached));
  folder.write("s.xml", sign(key, document, Format::kXades, Packaging::kDetached));
  const Ran cms =
      run(folder.path(), "openssl cms -verify -binary -inform DER -in s.p7s -content d.txt -noverify -out /dev/null");
  EXPECT_EQ(cms.status, 0) << cms.output;
  const Ran xml_judge = run(folder.path(),
                            "xmlsec1 --verify --pubkey-cert-der ec.cer --enabled-key-data key-name,ec --id-attr:Id "
                            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties s.xml");
  EXPECT_EQ(xml_judge.status, 0) << xml_judge.output;
}

TEST(Judges, WeAcceptOpensslsCades) {
  const Folder folder;
  const auto holder = pki("holders/doctor1");
  const std::string sign_it = fmt::format(
      "openssl x509 -inform DER -in {0}/signature.cer -out ee.pem && openssl x509 -inform DER -in {1} -out ca.pem && "
      "openssl cms -sign -cades -binary -in {2} -signer ee.pem -inkey {0}/signature.key.pem -certfile ca.pem -outform "
      "DER "
      "-md sha256 -out s.p7s",
      holder.string(), pki("trust/signature/sign_ca.cer").string(), sample("referral_fhir.json").string());
  const Ran ran = run(folder.path(), sign_it);
  ASSERT_EQ(ran.status, 0) << ran.output;
  VerifyInputs given =
      inputs(must(read_file(folder.path() / "s.p7s", 1 << 20)), {Document::from_file(sample("referral_fhir.json"))});
  const SignatureReport report = judged(given);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
}

constexpr std::string_view kTemplate =
    R"(<?xml version="1.0"?><r><a/><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="s"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"/><ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/><ds:DigestValue/></ds:Reference><ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#p"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo><ds:Object><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#" Target="#s"><x:SignedProperties Id="p"><x:SignedSignatureProperties><x:SigningTime>2026-04-01T09:10:00+09:00</x:SigningTime><x:SigningCertificateV2><x:Cert><x:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>DIGEST</ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2></x:SignedSignatureProperties></x:SignedProperties></x:QualifyingProperties></ds:Object></ds:Signature></r>)";

TEST(Judges, WeAcceptXmlsecsSignature) {
  const Folder folder;
  const auto holder = pki("holders/doctor2");
  const std::string digest = to_base64(sha256(must(read_file(holder / "signature.cer", 1 << 16))));
  folder.write("t.xml", as_bytes(replaced(std::string(kTemplate), "DIGEST", digest)));
  const Ran ran =
      run(folder.path(),
          fmt::format(
              "openssl x509 -inform DER -in {0}/signature.cer -out ee.pem && xmlsec1 --sign --privkey-pem "
              "{0}/signature.key.pem,ee.pem --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --output "
              "s.xml t.xml",
              holder.string()));
  ASSERT_EQ(ran.status, 0) << ran.output;
  const SignatureReport report = judged(inputs(must(read_file(folder.path() / "s.xml", 1 << 20))));
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.claimed_signing_time, kSigned);
}

}  // namespace
}  // namespace shomei::signing::test
