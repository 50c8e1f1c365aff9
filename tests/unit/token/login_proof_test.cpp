#include "auth/token/login_proof.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/software_key.h"

namespace shomei::auth {
namespace {

constexpr std::string_view kOrigin = "https://login.example";
constexpr std::string_view kNonce = "bm9uY2Ugbm9uY2Ugbm9uY2Ugbm9uY2Ugbm9uY2Ugbm8=";

std::unique_ptr<SoftwareKey> key_of(const std::string& holder) {
  const std::string base = std::string(SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/holders/") + holder;
  const Bytes certificate = read_file(base + ".cer", 1 << 16).value();
  return SoftwareKey::load(base + ".key.pem", certificate).value();
}

TEST(LoginProof, digest_is_hash_of_both_hashes) {
  Bytes both = sha256(as_bytes(kOrigin));
  const Bytes nonce = sha256(as_bytes(kNonce));
  both.insert(both.end(), nonce.begin(), nonce.end());
  EXPECT_EQ(proof_digest(DigestAlgorithm::kSha256, kOrigin, kNonce), sha256(both));
}

TEST(LoginProof, goes_there_and_back) {
  const auto key = key_of("doctor1/authentication");
  const LoginProof made = make_login_proof(*key, kOrigin, kNonce, "https://shomei.example/0.1.0").value();
  EXPECT_EQ(made.algorithm, "RS256");
  const LoginProof read = parse_login_proof(parse_json(to_json(made).dump()).value()).value();
  const ProofReport report = check_proof(read, kOrigin, kNonce).value();
  EXPECT_TRUE(report.signed_right);
  EXPECT_EQ(report.certificate->facts().name, "Hanako Sato");
  EXPECT_TRUE(report.findings.empty());
}

TEST(LoginProof, another_origin_nonce_certificate_or_algorithm_is_wrong) {
  const auto key = key_of("doctor1/authentication");
  const LoginProof good = make_login_proof(*key, kOrigin, kNonce, "").value();
  const auto right = [&](const LoginProof& proof, std::string_view origin, std::string_view nonce) {
    return check_proof(proof, origin, nonce).value().signed_right;
  };
  EXPECT_TRUE(right(good, kOrigin, kNonce));
  EXPECT_FALSE(right(good, "https://evil.example", kNonce));
  EXPECT_FALSE(right(good, kOrigin, "AAAA"));
  LoginProof other = good;
  other.certificate = to_bytes(key_of("doctor2/authentication")->certificate());
  EXPECT_FALSE(right(other, kOrigin, kNonce));
  for (const char* algorithm : {"none", "HS256", "ES256", "RS512", "PS256", "rs256", ""}) {
    other = good;
    other.algorithm = algorithm;
    EXPECT_FALSE(right(other, kOrigin, kNonce)) << algorithm;
  }
  other = good;
  other.signature.back() ^= 1;
  EXPECT_FALSE(right(other, kOrigin, kNonce));
  other.certificate = Bytes(10, 0);
  EXPECT_EQ(check_proof(other, kOrigin, kNonce).error().code, Code::kTokenMalformed);
}

TEST(LoginProof, form_is_strict) {
  const auto key = key_of("doctor1/authentication");
  const Json good = Json::parse(to_json(make_login_proof(*key, kOrigin, kNonce, "x").value()).dump());
  EXPECT_TRUE(parse_login_proof(good));
  for (const char* member : {"unverifiedCertificate", "signature", "algorithm", "format"}) {
    Json lacking = good;
    lacking.erase(member);
    EXPECT_EQ(parse_login_proof(lacking).error().code, Code::kTokenMalformed) << member;
    Json wrong = good;
    wrong[member] = 7;
    EXPECT_FALSE(parse_login_proof(wrong)) << member;
    wrong[member] = "%";
    EXPECT_EQ(parse_login_proof(wrong).has_value(), std::string_view(member) == "algorithm") << member;
  }
  Json more = good;
  more["pin"] = "1234";
  EXPECT_FALSE(parse_login_proof(more));
  Json later = good;
  later["format"] = "web-eid:1.1";
  EXPECT_FALSE(parse_login_proof(later));
  EXPECT_FALSE(parse_login_proof(Json::array()));
}

}  // namespace
}  // namespace shomei::auth
