#include "auth/x509/algorithm_rules.h"

#include <gmock/gmock.h>

#include "base/toml.h"
#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kSha256Rsa = "1.2.840.113549.1.1.11";

Time at(const char* text) {
  return parse_rfc3339(text).value();
}

Result<AlgorithmRules> read(std::string_view text) {
  SHOMEI_TRY(const TomlTable table, TomlTable::parse(text, "test.toml"));
  SHOMEI_TRY(const TomlTable algorithms, table.table("algorithms"));
  SHOMEI_TRY(AlgorithmRules rules, AlgorithmRules::read(algorithms));
  SHOMEI_TRY(table.finish());
  return rules;
}

EVP_PKEY* rsa_2048() {
  static const Certificate doctor = certificate("holders/doctor1/signature.cer");
  return X509_get0_pubkey(doctor.native());
}

std::vector<std::string> judged(const std::string& algorithm, EVP_PKEY* key, Time time,
                                const AlgorithmRules& rules = AlgorithmRules::defaults()) {
  return checks(check_algorithm(algorithm, key, time, rules));
}

TEST(AlgorithmRules, of_today) {
  const Time now = at("2026-06-01T00:00:00Z");
  EXPECT_THAT(judged(kSha256Rsa, rsa_2048(), now), IsEmpty());
  EXPECT_THAT(judged("1.2.840.10045.4.3.2", forge_key().get(), now), IsEmpty());
  EXPECT_THAT(judged("1.2.840.113549.1.1.5", nullptr, now), ElementsAre("algorithm.refused")) << "SHA-1";
  EXPECT_THAT(judged("1.2.840.113549.1.1.10", nullptr, now), ElementsAre("algorithm.refused")) << "PSS without digest";
  EXPECT_THAT(judged("", nullptr, now), IsEmpty()) << "nothing asked";
  const OwnedPkey small(EVP_RSA_gen(1024U));
  EXPECT_THAT(judged("", small.get(), now), ElementsAre("algorithm.refused"));
  const OwnedPkey p224(EVP_EC_gen("P-224"));
  EXPECT_THAT(judged("", p224.get(), now), ElementsAre("algorithm.refused"));
  const OwnedPkey ed25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  EXPECT_THAT(judged("", ed25519.get(), now), ElementsAre("algorithm.refused"));
}

TEST(AlgorithmRules, rsa_2048_ends_with_2030_and_is_warned_of_a_year_before) {
  EXPECT_THAT(judged("", rsa_2048(), at("2029-12-31T23:59:58Z")), IsEmpty());
  EXPECT_THAT(judged("", rsa_2048(), at("2029-12-31T23:59:59Z")), ElementsAre("algorithm.sunset"));
  EXPECT_THAT(judged("", rsa_2048(), at("2030-12-31T23:59:59Z")), ElementsAre("algorithm.sunset"));
  EXPECT_THAT(judged("", rsa_2048(), at("2031-01-01T00:00:00Z")), ElementsAre("algorithm.refused"));
  const auto finding = check_algorithm("", rsa_2048(), at("2031-01-01T00:00:00Z"), AlgorithmRules::defaults(), 2)[0];
  EXPECT_EQ(finding.certificate, 2U);
  EXPECT_EQ(finding.detail, "RSA key of 2048 bits: not after 2030-12-31T23:59:59Z");
  const OwnedPkey longer(EVP_RSA_gen(3072U));
  EXPECT_THAT(judged("", longer.get(), at("2050-01-01T00:00:00Z")), IsEmpty());
  EXPECT_THAT(AlgorithmRules::defaults().edges(), ElementsAre(at("2029-12-31T23:59:59Z"), at("2031-01-01T00:00:00Z")));
}

TEST(AlgorithmRules, the_earlier_end_of_algorithm_and_key_counts) {
  const AlgorithmRules defaults = AlgorithmRules::defaults();
  const Time end_of_2030 = at("2030-12-31T23:59:59Z");
  EXPECT_EQ(counts_until(kSha256Rsa, rsa_2048(), defaults), end_of_2030);
  EXPECT_EQ(counts_until("", rsa_2048(), defaults), end_of_2030);
  EXPECT_EQ(counts_until(kSha256Rsa, nullptr, defaults), std::nullopt) << "no end is known";
  EXPECT_EQ(counts_until("1.2.840.113549.1.1.5", rsa_2048(), defaults), std::nullopt) << "never counts";
  AlgorithmRules rules = defaults;
  for (SignatureRule& rule : rules.signatures) {
    rule.not_after = rule.algorithm == kSha256Rsa ? at("2028-12-31T23:59:59Z") : at("2040-12-31T23:59:59Z");
  }
  EXPECT_EQ(counts_until(kSha256Rsa, rsa_2048(), rules), at("2028-12-31T23:59:59Z"));
  EXPECT_EQ(counts_until("1.2.840.113549.1.1.12", rsa_2048(), rules), end_of_2030);
}

TEST(AlgorithmRules, are_written_in_the_configuration) {
  const auto rules = read(R"(
[[algorithms.signatures]]
algorithm = "sha256WithRSAEncryption"
not_after = "2027-03-31"
[[algorithms.signatures]]
algorithm = "sha1WithRSAEncryption"
[[algorithms.keys]]
type = "RSA"
min_bits = 1024
)")
                         .value();
  EXPECT_THAT(judged(kSha256Rsa, rsa_2048(), at("2026-01-01T00:00:00Z"), rules), IsEmpty());
  EXPECT_THAT(judged(kSha256Rsa, nullptr, at("2027-03-31T12:00:00Z"), rules), ElementsAre("algorithm.sunset"));
  EXPECT_THAT(judged(kSha256Rsa, nullptr, at("2027-04-01T00:00:00Z"), rules), ElementsAre("algorithm.refused"));
  EXPECT_THAT(judged("1.2.840.113549.1.1.5", nullptr, at("2050-01-01T00:00:00Z"), rules), IsEmpty());
  EXPECT_THAT(judged("1.2.840.113549.1.1.12", nullptr, at("2026-01-01T00:00:00Z"), rules),
              ElementsAre("algorithm.refused"))
      << "a list that is written replaces the default one";
  EXPECT_THAT(judged("", forge_key().get(), at("2026-01-01T00:00:00Z"), rules), ElementsAre("algorithm.refused"));
}

TEST(AlgorithmRules, what_is_written_wrong_is_named) {
  for (const char* text :
       {"[[algorithms.signatures]]\nalgorithm = \"md5\"", "[[algorithms.signatures]]\nnot_after = \"2030-12-31\"",
        "[[algorithms.signatures]]\nalgorithm = \"ecdsa-with-SHA256\"\nnot_after = \"31.12.2030\"",
        "[[algorithms.keys]]\ntype = \"DSA\"\nmin_bits = 2048", "[[algorithms.keys]]\ntype = \"RSA\"",
        "[algorithms]\nweak_keys = [\"/no/such/file\"]", "[algorithms]\nweak_key = []"}) {
    EXPECT_FALSE(read(text).has_value()) << text;
  }
}

TEST(AlgorithmRules, pss_is_named_with_its_digest) {
  // AlgorithmIdentifiers: without parameters; empty ones (SHA-1, RFC 4055 3.1); SHA-256; ecdsa-with-SHA256.
  const auto name = [](const char* hex) { return signature_algorithm(from_hex(hex).value()); };
  EXPECT_EQ(name("300b06092a864886f70d01010a"), "1.2.840.113549.1.1.10");
  EXPECT_EQ(name("300d06092a864886f70d01010a3000"), "1.2.840.113549.1.1.10/1.3.14.3.2.26");
  EXPECT_EQ(name("301e06092a864886f70d01010a3011a00f300d06096086480165030402010500"),
            "1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.1");
  EXPECT_EQ(name("300a06082a8648ce3d040302"), "1.2.840.10045.4.3.2");
  EXPECT_EQ(name("3003"), "");
  EXPECT_THAT(judged(name("300d06092a864886f70d01010a3000"), nullptr, at("2026-01-01T00:00:00Z")),
              ElementsAre("algorithm.refused"));
}

}  // namespace
}  // namespace shomei::auth
