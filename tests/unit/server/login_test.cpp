#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "auth/token/verify_token.h"
#include "network.h"
#include "server/oidc/routes.h"

namespace shomei::server {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Json claims_of(Network& network, const std::string& token, const std::string& audience, const std::string& type) {
  const Answer jwks = network.call("GET", "/.well-known/jwks.json");
  const auto keys = auth::JwkSet::parse(jwks.body.dump()).value();
  const auto report = auth::verify_token(
      token, keys, {.issuer = "https://server.test", .audience = audience, .type = type, .now = network.clock.now()});
  EXPECT_EQ(report->verdict, auth::Verdict::kValid);
  return Json::parse(report->claims);
}

TEST(Login, GivesTokensThatAnyVerifierAccepts) {
  Network network;
  const Answer answer = network.login("doctor1");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body["expires_in"], 600);
  EXPECT_EQ(answer.body["lease"], 15);
  const Json claims = claims_of(network, answer.body["access_token"], "https://server.test", "at+jwt");
  EXPECT_EQ(claims["sub"], "sato");
  EXPECT_EQ(claims["name"], "Hanako Sato");
  EXPECT_EQ(claims["hc_roles"], Json({"Medical Doctor"}));
  EXPECT_EQ(claims["facility"], "4310001");
  EXPECT_EQ(claims["facility_type"], "clinic");
  EXPECT_EQ(claims["amr"], Json({"sc", "pin"}));
  EXPECT_EQ(claims["acr"], "hpki");
  EXPECT_EQ(claims["network"], "ip-vpn");
  EXPECT_EQ(claims["purpose_of_use"], "treatment");
  const Json id = claims_of(network, answer.body["id_token"], "shomei", "JWT");
  EXPECT_EQ(id["sub"], "sato");
  const Json record = network.last_audit("login.granted");
  EXPECT_EQ(record["actor"], "sato");
  EXPECT_EQ(record["detail"]["network"], "ip-vpn");
  EXPECT_EQ(record["detail"]["session"], answer.body["session_id"]);
}

TEST(Login, KnowsTheLineByTheSourceAddress) {
  Network network;
  for (const auto& [address, line] : std::vector<std::pair<std::string, std::string>>{{"10.255.0.1", "ip-vpn"},
                                                                                      {"172.31.0.9", "ssl-vpn"},
                                                                                      {"172.32.0.1", "internet"},
                                                                                      {"2001:db8::1", "internet"}}) {
    network.remote_address = address;
    const Answer answer = network.login("doctor1");
    EXPECT_EQ(claims_of(network, answer.body["access_token"], "https://server.test", "at+jwt")["network"], line);
  }
}

TEST(Login, TakesAStaffCard) {
  Network network;
  const Answer answer = network.login("staff1");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(claims_of(network, answer.body["access_token"], "https://server.test", "at+jwt")["acr"], "staff");
}

struct Refusal {
  const char* name;
  const char* holder;
  const char* check;
};

class LoginRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(LoginRefuses, WithTheReasonInAnswerAndAudit) {
  Network network;
  const Answer answer = network.login(GetParam().holder);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body["error"]["id"], "login.refused");
  EXPECT_THAT(failures(answer), Contains(GetParam().check)) << answer.body;
  const Json record = network.last_audit("login.refused");
  EXPECT_THAT(record["detail"]["reasons"].dump(), HasSubstr(GetParam().check));
  EXPECT_TRUE(network.local("GET", "/v1/admin/sessions").body["sessions"].empty());
}

INSTANTIATE_TEST_SUITE_P(Holders, LoginRefuses,
                         testing::Values(Refusal{"revoked", "revoked", "revocation.revoked"},
                                         Refusal{"expired", "expired", "path.expired"},
                                         Refusal{"testcard", "testcard", "card.test"},
                                         Refusal{"unregistered", "nurse", "registration.person"}),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Login, ARefusalNamesTheTimeOfTheRevocation) {
  Network network;
  ASSERT_EQ(network.login("doctor1").status, 200);
  EXPECT_EQ(network.local("POST", "/v1/admin/crls", {{"crl", base64_of("crl_next/auth_ca.crl")}}).status, 201);
  const Answer answer = network.login("doctor1");
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body["error"]["detail"].get<std::string>(), HasSubstr("2026-04-01T00:30:00Z"));
  EXPECT_EQ(answer.body["revocation"][0]["status"], "revoked");
  EXPECT_EQ(answer.body["revocation"][0]["revoked_at"], "2026-04-01T00:30:00Z");
  EXPECT_EQ(answer.body["revocation"][0]["reason"], "keyCompromise");
}

TEST(Login, WithoutACrlOrWithAStaleOneIsRefused) {
  Network without("", false);
  EXPECT_EQ(without.login("doctor1").body["error"]["id"], "login.refused");
  Network stale;
  stale.clock.advance(std::chrono::hours(96));
  EXPECT_EQ(stale.login("doctor1").body["error"]["id"], "login.refused");
}

TEST(Login, ATestCardGetsInWhereTheServerIsNotInProduction) {
  Network network("production = false");
  network.link("sato", "testcard");
  EXPECT_EQ(network.login("testcard").status, 200);
}

TEST(Login, TheSignatureCertificateIsNoLogin) {
  Network network;
  const Answer answer =
      network.call("POST", "/v1/login/proof", network.proof("doctor1", "https://server.test", "signature"));
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(failures(answer), Not(IsEmpty()));
}

TEST(Login, AsksForRegistrationAtTheFacility) {
  Network network;
  EXPECT_THAT(failures(network.login("doctor1", {{"facility", "4310002"}})), ElementsAre("registration.facility"));
  EXPECT_THAT(failures(network.login("doctor1", {{"facility", "none"}})), ElementsAre("registration.facility"));
  EXPECT_THAT(failures(network.login("doctor2")), ElementsAre("registration.facility"));
  EXPECT_EQ(network.login("doctor2", {{"facility", "4310002"}}).status, 200);
}

TEST(Login, AHoldEndsSessionsAndRefusesUntilItIsLifted) {
  Network network;
  const std::string session = network.login("doctor1").body["session_id"];
  EXPECT_EQ(network.local("POST", "/v1/admin/persons/sato/hold", {{"reason", "紛失の届け出"}}).status, 200);
  EXPECT_THAT(failures(network.login("doctor1")), ElementsAre("registration.hold"));
  EXPECT_EQ(network.last_audit("session.ended")["detail"]["session"], session);
  EXPECT_EQ(network.local("DELETE", "/v1/admin/persons/sato/hold").status, 204);
  EXPECT_EQ(network.login("doctor1").status, 200);
}

TEST(Login, AnEmergencyNeedsAReason) {
  Network network;
  EXPECT_THAT(failures(network.login("doctor1", {{"purpose_of_use", "emergency"}})), ElementsAre("login.purpose"));
  EXPECT_EQ(network.login("doctor1", {{"purpose_of_use", "emergency"}, {"reason", "意識不明で搬送"}}).status, 200);
  EXPECT_EQ(network.last_audit("login.granted")["detail"]["reason"], "意識不明で搬送");
  EXPECT_EQ(network.login("doctor1", {{"purpose_of_use", "curiosity"}}).status, 400);
}

TEST(Login, AnswersInJapanese) {
  LoginRefused refused;
  refused.findings = {{.check = "a", .severity = auth::Severity::kFail, .en = "reason", .ja = "理由"}};
  EXPECT_THAT(refusal(refused, Language::kJa).body, HasSubstr("理由"));
}

TEST(Proof, AChallengeIsGoodForOneOfAHundredAttempts) {
  Network network;
  const Json body = network.proof("doctor1");
  std::atomic<int> granted = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> attempts;
  for (int i = 0; i < 100; ++i) {
    attempts.emplace_back([&] {
      const Answer answer = network.call("POST", "/v1/login/proof", body);
      (answer.status == 200 ? granted : refused)++;
      if (answer.status != 200) {
        EXPECT_EQ(answer.body["error"]["id"], "login.challenge_unknown");
      }
    });
  }
  for (std::thread& attempt : attempts) {
    attempt.join();
  }
  EXPECT_EQ(granted, 1);
  EXPECT_EQ(refused, 99);
}

TEST(Proof, AChallengeGrowsOld) {
  Network network;
  const Json early = network.proof("doctor1");
  const Json late = network.proof("doctor1");
  network.clock.advance(std::chrono::seconds(299));
  EXPECT_EQ(network.call("POST", "/v1/login/proof", early).status, 200);
  network.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(network.call("POST", "/v1/login/proof", late).body["error"]["id"], "login.challenge_unknown");
}

TEST(Proof, ForAnotherOriginIsRefused) {
  Network network("origins = [\"https://portal.test\"]");
  for (const auto& [origin, status] : std::vector<std::pair<std::string, int>>{{"https://server.test", 200},
                                                                               {"https://portal.test", 200},
                                                                               {"https://evil.test", 403},
                                                                               {"https://server.test/", 403}}) {
    const Answer answer = network.call("POST", "/v1/login/proof", network.proof("doctor1", origin));
    EXPECT_EQ(answer.status, status) << origin;
    if (status == 403) {
      EXPECT_EQ(answer.body["error"]["id"], "login.proof_invalid");
    }
  }
}

TEST(Proof, OneChangedByteIsRefusedAndTellsNothingOfTheRegister) {
  Network network;
  const std::string good = network.proof("doctor1")["auth_token"]["signature"];
  for (const char* field : {"signature", "unverifiedCertificate"}) {
    Json body = network.proof("doctor1");
    std::string text = body["auth_token"][field];
    text[text.size() / 2] = text[text.size() / 2] == 'A' ? 'B' : 'A';
    body["auth_token"][field] = text;
    const Answer answer = network.call("POST", "/v1/login/proof", body);
    EXPECT_EQ(answer.status, 403) << field << answer.body;
    for (const std::string& check : failures(answer)) {
      EXPECT_THAT(check, Not(HasSubstr("registration")));
    }
  }
  Json other = network.proof("doctor1");
  other["auth_token"]["signature"] = good;
  EXPECT_EQ(network.call("POST", "/v1/login/proof", other).body["error"]["id"], "login.proof_invalid");
}

TEST(Proof, WhatIsNotAProofIsRefused) {
  Network network;
  const Json good = network.proof("doctor1");
  Json body = good;
  body["auth_token"]["format"] = "web-eid:2.0";
  EXPECT_EQ(network.call("POST", "/v1/login/proof", body).status, 400);
  body = good;
  body["more"] = 1;
  EXPECT_EQ(network.call("POST", "/v1/login/proof", body).status, 400);
  body = good;
  body.erase("auth_token");
  EXPECT_EQ(network.call("POST", "/v1/login/proof", body).status, 400);
  for (const Json& bad : {Json(7), Json::array(), Json("x")}) {
    EXPECT_EQ(network.call("POST", "/v1/login/proof", bad).status, 400);
  }
  // None of these used the challenge up.
  EXPECT_EQ(network.call("POST", "/v1/login/proof", good).status, 200);
}

TEST(Challenges, TheOldestGoWhenThereAreTooMany) {
  const FixedClock clock(Time{});
  Challenges challenges(clock, 10);
  const std::string first = challenges.make().id;
  std::string last;
  for (int i = 0; i < 10; ++i) {
    last = challenges.make().id;
  }
  EXPECT_FALSE(challenges.take(first));
  EXPECT_TRUE(challenges.take(last));
  EXPECT_FALSE(challenges.take(last));
}

}  // namespace
}  // namespace shomei::server
