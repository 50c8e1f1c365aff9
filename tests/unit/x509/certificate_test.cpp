#include "auth/x509/certificate.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

TEST(Certificate, facts_are_those_of_the_manifest) {
  const Bytes text = read_file(pki("manifest.json"), 1 << 20).value();
  const Json manifest = parse_json(as_text(text)).value();
  int seen = 0;
  for (const auto& [file, row] : manifest["files"].items()) {
    if (row["kind"] != "certificate" || !file.starts_with("holders/")) {
      continue;
    }
    const CertificateFacts facts = certificate(file).facts();
    EXPECT_EQ(facts.sha256, row["sha256"].get<std::string>()) << file;
    EXPECT_EQ(facts.serial, row["serial"].get<std::string>()) << file;
    EXPECT_EQ(facts.name, row["name"].get<std::string>()) << file;
    EXPECT_EQ(facts.name_ja, row["name_ja"].is_string() ? row["name_ja"].get<std::string>() : "") << file;
    EXPECT_EQ(facts.serial_number, row["serial_number"].get<std::string>()) << file;
    EXPECT_EQ(to_rfc3339(facts.not_after), row["not_after"].get<std::string>()) << file;
    std::vector<std::string> roles;
    for (const HcRole& role : facts.hc_roles) {
      EXPECT_EQ(role.scheme, "1.2.392.100495.1.6.1.1");
      roles.push_back(role.text);
    }
    EXPECT_EQ(roles, row["hc_roles"].get<std::vector<std::string>>()) << file;
    EXPECT_TRUE(facts.malformed.empty() && facts.deviations.empty() && !facts.hc_role_error && !facts.is_ca) << file;
    ++seen;
  }
  EXPECT_GE(seen, 18);
}

TEST(Certificate, extensions_of_a_doctor) {
  const CertificateFacts facts = certificate("holders/doctor1/signature.cer").facts();
  EXPECT_EQ(facts.key_usage, key_usage::kNonRepudiation);
  EXPECT_TRUE(facts.key_usage_critical);
  EXPECT_THAT(facts.policies, testing::ElementsAre("1.2.392.100495.1.5.1.1.0.1"));
  EXPECT_THAT(facts.crl_urls, testing::ElementsAre("http://crl.shomei.example/sign/crl-sign.crl"));
  EXPECT_EQ(facts.subject, "serialNumber=D1000017,CN=Hanako Sato,O=Shomei Higashi Clinic,C=JP");
  EXPECT_EQ(facts.organization_ja, "証明ひがし医院");
  EXPECT_TRUE(certificate("trust/signature/root.cer").facts().self_issued);
}

TEST(Certificate, recalled_ones_are_what_parsing_makes) {
  const Certificate parsed = certificate("holders/doctor1/signature.cer");
  const Certificate first = Certificate::recall(parsed.der()).value();
  const Certificate again = Certificate::recall(parsed.der()).value();
  EXPECT_TRUE(first == parsed);
  EXPECT_EQ(first.native(), again.native());
  EXPECT_NE(first.native(), parsed.native());
  EXPECT_FALSE(Certificate::recall(certificate("holders/doctor2/signature.cer").der()).value() == parsed);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Certificate::recall(Bytes(300, 0)).error().code, Code::kInputNotCertificate);
  }
}

TEST(Certificate, anything_but_one_whole_der_certificate_is_refused) {
  const Bytes der = to_bytes(certificate("holders/doctor1/signature.cer").der());
  for (std::size_t length = 0; length < der.size(); length += 7) {
    EXPECT_EQ(Certificate::parse(ByteView(der).first(length)).error().code, Code::kInputNotCertificate) << length;
  }
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_EQ(Certificate::parse(longer).error().code, Code::kInputNotCertificate);
  EXPECT_EQ(Certificate::parse(Bytes(300, 0)).error().code, Code::kInputNotCertificate);
  EXPECT_EQ(Certificate::parse(Bytes(kMaxCertificateBytes + 1, 0x30)).error().code, Code::kInputTooLarge);
}

TEST(Certificate, key_usage_has_names) {
  EXPECT_EQ(key_usage::text(key_usage::kDigitalSignature | key_usage::kCrlSign), "digitalSignature cRLSign");
  EXPECT_EQ(key_usage::from("nonRepudiation"), key_usage::kNonRepudiation);
  EXPECT_FALSE(key_usage::from("contentCommitment"));
}

TEST(PublicKey, judges_signatures_over_digests) {
  const PublicKey key = certificate("trust/signature/root.cer").public_key().value();
  EXPECT_EQ(key.type(), KeyType::kRsa);
  EXPECT_EQ(key.bits(), 2048);
  const Bytes digest = sha256(as_bytes("x"));
  EXPECT_FALSE(verify_digest(key, DigestAlgorithm::kSha256, digest, Bytes(256, 1)));
  EXPECT_FALSE(verify_digest(key, DigestAlgorithm::kSha256, digest, {}));
  EXPECT_FALSE(verify_digest(key, DigestAlgorithm::kSha256, Bytes(20, 0), Bytes(256, 1)));
  EXPECT_EQ(PublicKey::parse(key.spki()).value().spki(), key.spki());
  Bytes longer = key.spki();
  longer.push_back(0);
  EXPECT_EQ(PublicKey::parse(longer).error().code, Code::kDerMalformed);
}

TEST(Load, a_file_that_is_not_what_it_should_be_is_an_error) {
  EXPECT_EQ(load_certificates({pki("crl")}).error().code, Code::kInputNotCertificate);
  EXPECT_THAT(load_certificates({pki("crl")}).error().detail, testing::HasSubstr("auth_ca.crl"));
  EXPECT_EQ(load_crls({pki("trust/signature")}).error().code, Code::kInputNotCrl);
  EXPECT_EQ(load_certificates({pki("no-such-folder")}).error().code, Code::kInputNotFound);
  EXPECT_EQ(load_inputs({}).error().code, Code::kAnchorMissing);
}

TEST(Load, trust_is_split_into_anchors_and_chain) {
  const ValidationInputs inputs = evidence("signature");
  EXPECT_EQ(inputs.anchors.size(), 1U);
  EXPECT_EQ(inputs.chain.size(), 1U);
  const auto partial = load_inputs({.trust = {pki("trust/signature")}, .chain = {}, .crl = {}}, true);
  EXPECT_EQ(partial.value().anchors.size(), 2U);
}

}  // namespace
}  // namespace shomei::auth
