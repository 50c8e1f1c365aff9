#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "auth/token/claims.h"
#include "auth/token/jws.h"
#include "auth/token/verify_token.h"
#include "base/software_key.h"

namespace shomei::auth {
namespace {

/// An issuer with one key, and a good access token that tests spoil.
class Token : public testing::Test {
 protected:
  Token() : key_(SoftwareKey::generate_p256().value()), kid_(set_.add(PublicKey::parse(key_->public_key()).value())) {
    expected_.issuer = "https://login.example";
    expected_.audience = "https://portal.example";
    expected_.now = parse_rfc3339("2026-04-01T01:00:00Z").value();
    claims_.login.issuer = expected_.issuer;
    claims_.login.subject = "p-17";
    claims_.login.session = "s-1";
    claims_.login.issued_at = expected_.now;
    claims_.login.expires_at = expected_.now + std::chrono::minutes(10);
    claims_.login.auth_time = expected_.now;
    claims_.login.name = "Hanako Sato";
    claims_.login.name_ja = "佐藤　花子";
    claims_.login.hc_roles = {"Medical Doctor"};
    claims_.login.facility = "4310001";
    claims_.login.acr = "hpki";
    claims_.audience = expected_.audience;
    claims_.client_id = "shomei";
    claims_.jti = "j-1";
  }

  std::string token(const Json& payload) { return sign_jws(*key_, kid_, "at+jwt", payload.dump()).value(); }
  Json payload() { return Json::parse(to_json(claims_).dump()); }
  /// Names of the checks that fail.
  std::vector<std::string> refused(std::string_view text) {
    std::vector<std::string> names;
    const TokenReport report = verify_token(text, set_, expected_).value();
    for (const Finding& finding : report.findings) {
      names.emplace_back(info(finding.check).name);
    }
    return names;
  }
  std::string with_header(const std::string& header) {
    const std::string input = to_base64url(as_bytes(header)) + '.' + to_base64url(as_bytes(payload().dump()));
    const Bytes signature = key_->sign_digest(DigestAlgorithm::kSha256, sha256(as_bytes(input))).value();
    return input + '.' + to_base64url(signature);
  }

  JwkSet set_;
  std::unique_ptr<SoftwareKey> key_;
  std::string kid_;
  TokenExpectations expected_;
  AccessTokenClaims claims_;
};

TEST_F(Token, good_one_is_valid_and_carries_its_claims) {
  const TokenReport report = verify_token(token(payload()), set_, expected_).value();
  EXPECT_EQ(report.verdict, Verdict::kValid);
  const AccessTokenClaims read = parse_access_token(Json::parse(report.claims)).value();
  EXPECT_EQ(read.login.name_ja, "佐藤　花子");
  EXPECT_EQ(read.login.hc_roles, claims_.login.hc_roles);
  EXPECT_EQ(read.login.expires_at, claims_.login.expires_at);
  EXPECT_EQ(read.login.amr, (std::vector<std::string>{"sc", "pin"}));
  EXPECT_EQ(to_json(read), to_json(claims_));
  EXPECT_EQ(to_json(report)["claims"]["facility"], "4310001");
}

TEST_F(Token, claims_that_are_not_for_us) {
  Json other = payload();
  other["iss"] = "https://evil.example";
  EXPECT_THAT(refused(token(other)), testing::ElementsAre("token.issuer"));
  other = payload();
  other["aud"] = "https://other.example";
  EXPECT_THAT(refused(token(other)), testing::ElementsAre("token.audience"));
  other["aud"] = {"https://other.example", expected_.audience};
  EXPECT_THAT(refused(token(other)), testing::IsEmpty());
  other = payload();
  other.erase("sub");
  EXPECT_THAT(refused(token(other)), testing::ElementsAre("token.claim"));
  other = payload();
  other.erase("iss");
  EXPECT_THAT(refused(token(other)), testing::ElementsAre("token.issuer"));
}

TEST_F(Token, times_with_skew) {
  const auto exp = claims_.login.expires_at;
  expected_.now = exp + std::chrono::seconds(29);
  EXPECT_THAT(refused(token(payload())), testing::IsEmpty());
  expected_.now = exp + std::chrono::seconds(30);
  EXPECT_THAT(refused(token(payload())), testing::ElementsAre("token.expired"));
  expected_.now = claims_.login.issued_at - std::chrono::seconds(31);
  EXPECT_THAT(refused(token(payload())), testing::ElementsAre("token.not-yet-valid"));
  expected_.now = claims_.login.issued_at;
  Json other = payload();
  other["nbf"] = other["exp"];
  EXPECT_THAT(refused(token(other)), testing::ElementsAre("token.not-yet-valid"));
  for (const Json& wrong : {Json("1"), Json(-1), Json(1e300), Json(nullptr)}) {
    other = payload();
    other["exp"] = wrong;
    EXPECT_THAT(refused(token(other)), testing::ElementsAre("token.claim")) << wrong;
  }
  other.erase("exp");
  EXPECT_THAT(refused(token(other)), testing::ElementsAre("token.claim"));
}

TEST_F(Token, headers_that_lie) {
  const std::string kid = R"(","kid":")" + kid_ + R"("})";
  EXPECT_THAT(refused(with_header(R"({"alg":"ES256","typ":"JWT)" + kid)), testing::ElementsAre("token.type"));
  EXPECT_THAT(refused(with_header(R"({"alg":"ES256","typ":"application/at+jwt)" + kid)), testing::IsEmpty());
  EXPECT_THAT(refused(with_header(R"({"alg":"ES256","crit":["b64"],"b64":false,"typ":"at+jwt)" + kid)),
              testing::ElementsAre("token.critical"));
  EXPECT_THAT(refused(with_header(R"({"alg":"none","typ":"at+jwt)" + kid)), testing::Contains("token.algorithm"));
  EXPECT_THAT(refused(with_header(R"({"alg":"HS256","typ":"at+jwt)" + kid)), testing::Contains("token.algorithm"));
  EXPECT_THAT(refused(with_header(R"({"alg":"ES256","typ":"at+jwt","kid":"other"})")),
              testing::ElementsAre("token.key"));
  EXPECT_THAT(refused(with_header(R"({"alg":"ES256","typ":"at+jwt"})")), testing::IsEmpty()) << "a set of one key";
  set_.add(PublicKey::parse(SoftwareKey::generate_p256().value()->public_key()).value());
  EXPECT_THAT(refused(with_header(R"({"alg":"ES256","typ":"at+jwt"})")), testing::ElementsAre("token.key"));
}

TEST_F(Token, duplicate_members_are_refused) {
  EXPECT_EQ(verify_token(with_header(R"({"alg":"ES256","alg":"ES256","typ":"at+jwt"})"), set_, expected_).error().code,
            Code::kTokenMalformed);
  const std::string twice = R"({"iss":"a",)" + payload().dump().substr(1);
  const TokenReport report = verify_token(sign_jws(*key_, kid_, "at+jwt", twice).value(), set_, expected_).value();
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_TRUE(report.claims.empty());
}

TEST_F(Token, each_changed_character_is_noticed) {
  const std::string good = token(payload());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto report = verify_token(changed, set_, expected_);
    EXPECT_TRUE(!report || report->verdict == Verdict::kInvalid) << i;
    EXPECT_TRUE(!report || report->claims.empty()) << i;
  }
}

TEST_F(Token, what_is_no_token_is_an_error) {
  for (const char* text : {"", "a", "a.b", "..", "a.b.c.d", "e30.e30.e30", "!!.e30.AA", "e30=.e30.AA"}) {
    EXPECT_EQ(verify_token(text, set_, expected_).error().code, Code::kTokenMalformed) << text;
  }
  EXPECT_EQ(verify_token(std::string(kMaxTokenBytes + 1, 'A'), set_, expected_).error().code, Code::kInputTooLarge);
}

TEST_F(Token, signature_only_asks_nothing_else) {
  expected_.signature_only = true;
  EXPECT_THAT(refused(sign_jws(*key_, kid_, "x", "It is no JSON.").value()), testing::IsEmpty());
  EXPECT_THAT(refused(with_header(R"({"alg":"ES384","kid":")" + kid_ + R"("})")), testing::ElementsAre("token.key"));
}

TEST_F(Token, id_token_has_client_and_nonce) {
  const OrderedJson json = to_json(IdTokenClaims{.login = claims_.login, .audience = "portal", .nonce = "n"});
  EXPECT_EQ(json["aud"], "portal");
  EXPECT_EQ(json["nonce"], "n");
  EXPECT_FALSE(json.contains("client_id"));
  EXPECT_FALSE(json.contains("purpose_of_use"));
}

TEST_F(Token, a_key_set_is_read_as_it_was_written) {
  const JwkSet again = JwkSet::parse(set_.to_json().dump()).value();
  ASSERT_EQ(again.keys().size(), 1U);
  EXPECT_EQ(again.find(kid_)->key.spki(), key_->public_key());
  EXPECT_EQ(thumbprint(again.find(kid_)->key), kid_);
}

TEST(JwkSet, refuses_what_is_broken_and_passes_over_what_is_not_for_us) {
  EXPECT_TRUE(JwkSet::parse(R"({"keys":[{"kty":"oct","k":"AA"},{"kty":"OKP","crv":"Ed25519","x":"AA"}]})")
                  .value()
                  .keys()
                  .empty());
  for (const char* text :
       {R"({})", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]})",
        R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA"}]})", R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]})"}) {
    EXPECT_EQ(JwkSet::parse(text).error().code, Code::kTokenMalformed) << text;
  }
  EXPECT_EQ(JwkSet::parse("{").error().code, Code::kJsonMalformed);
}

TEST(JwkSet, of_a_private_key_only_the_public_one_is_kept) {
  JwkSet set;
  const std::string kid = set.add(PublicKey::parse(SoftwareKey::generate_p256().value()->public_key()).value());
  OrderedJson single = set.to_json()["keys"][0];
  single["d"] = "c2VjcmV0";
  const JwkSet read = JwkSet::parse(single.dump()).value();
  ASSERT_NE(read.find(kid), nullptr);
  EXPECT_EQ(read.to_json().dump().find("c2VjcmV0"), std::string::npos);
}

TEST(JwkSet, a_point_off_the_curve_is_no_key) {
  const std::string one = to_base64url(Bytes(32, 1));
  EXPECT_FALSE(JwkSet::parse(R"({"keys":[{"kty":"EC","crv":"P-256","x":")" + one + R"(","y":")" + one + R"("}]})"));
}

TEST(Thumbprint, counts_only_the_required_members_in_their_order) {
  const auto key = SoftwareKey::generate_p256().value();
  JwkSet set;
  const std::string kid = set.add(PublicKey::parse(key->public_key()).value());
  const OrderedJson jwk = set.to_json()["keys"][0];
  const std::string canonical = R"({"crv":"P-256","kty":"EC","x":")" + jwk["x"].get<std::string>() + R"(","y":")" +
                                jwk["y"].get<std::string>() + R"("})";
  EXPECT_EQ(kid, to_base64url(sha256(as_bytes(canonical))));
}

}  // namespace
}  // namespace shomei::auth
