#include <gmock/gmock.h>

#include "network.h"

namespace shomei::server {
namespace {

using std::chrono::seconds;

struct LoggedIn : testing::Test {
  Network network;
  Json grant = network.login("doctor1").body;
  std::string id = grant["session_id"];
  std::string token = grant["access_token"];

  Answer renew() { return network.call("POST", "/v1/session/lease", {{"session_id", id}}, token); }
  Json state() { return network.call("GET", "/v1/session/" + id, nullptr, token).body; }
};

TEST_F(LoggedIn, LivesAsLongAsTheLeaseIsRenewed) {
  for (int i = 0; i < 10; ++i) {
    network.clock.advance(seconds(15));
    EXPECT_EQ(renew().body["expires_in"], 15);
  }
  EXPECT_EQ(state()["state"], "active");
  network.clock.advance(seconds(16));
  EXPECT_EQ(state()["state"], "ended");
  EXPECT_EQ(state()["end_reason"], "lease-expired");
  const Answer late = renew();
  EXPECT_EQ(late.status, 401);
  EXPECT_EQ(late.body["error"]["id"], "session.ended");
}

TEST(LongSession, EndsAfterTheLongestTimeAllTheSame) {
  Network network("[session]\nlongest = 60");
  const Json grant = network.login("doctor1").body;
  const std::string id = grant["session_id"];
  const std::string token = grant["access_token"];
  const auto renew = [&] { return network.call("POST", "/v1/session/lease", {{"session_id", id}}, token); };
  for (int i = 0; i < 3; ++i) {
    network.clock.advance(seconds(15));
    ASSERT_EQ(renew().status, 200);
  }
  network.clock.advance(seconds(15));
  EXPECT_EQ(renew().body["error"]["id"], "session.ended");
  EXPECT_EQ(network.call("GET", "/v1/session/" + id, nullptr, token).body["end_reason"], "too-long");
}

TEST_F(LoggedIn, AnOldTokenIsReplacedWithTheLease) {
  EXPECT_FALSE(renew().body.contains("access_token"));
  for (int i = 0; i < 41; ++i) {
    network.clock.advance(seconds(15));
    const Answer renewed = renew();
    ASSERT_EQ(renewed.status, 200);
    if (renewed.body.contains("access_token")) {
      EXPECT_GE(i, 19);
      token = renewed.body["access_token"];
      EXPECT_EQ(renewed.body["token_expires_in"], 600);
      break;
    }
  }
  EXPECT_NE(token, grant["access_token"].get<std::string>());
  EXPECT_EQ(renew().status, 200);
}

TEST_F(LoggedIn, AnExpiredTokenStillRenewsAndEndsItsOwnSession) {
  for (int i = 0; i < 50; ++i) {
    network.clock.advance(seconds(15));
    ASSERT_EQ(renew().status, 200);
  }
  EXPECT_EQ(network.call("DELETE", "/v1/session", {{"session_id", id}}, token).status, 204);
  EXPECT_EQ(renew().body["error"]["id"], "session.ended");
}

TEST_F(LoggedIn, NobodyElseMayTouchIt) {
  const Json other = network.login("doctor2", {{"facility", "4310001"}}).body;
  const std::string theirs = other["access_token"];
  EXPECT_EQ(network.call("POST", "/v1/session/lease", {{"session_id", id}}, theirs).status, 403);
  EXPECT_EQ(network.call("DELETE", "/v1/session", {{"session_id", id}}, theirs).status, 403);
  EXPECT_EQ(network.call("GET", "/v1/session/" + id, nullptr, theirs).status, 403);
  for (const std::string& bad : {std::string(), std::string("x"), token + "x", grant["id_token"].get<std::string>()}) {
    EXPECT_EQ(network.call("POST", "/v1/session/lease", {{"session_id", id}}, bad).status, 401);
  }
  EXPECT_EQ(state()["state"], "active");
}

TEST_F(LoggedIn, AnAdministratorMayLook) {
  const std::string admin = network.login("admin").body["access_token"];
  EXPECT_EQ(network.call("GET", "/v1/session/" + id, nullptr, admin).body["person"], "sato");
  EXPECT_EQ(network.call("GET", "/v1/session/none", nullptr, admin).body["error"]["id"], "session.unknown");
}

/// Every way in which a session can end leaves the same trace.
struct End {
  const char* reason;
  void (*act)(LoggedIn&);
};
class SessionEnds : public LoggedIn, public testing::WithParamInterface<End> {};

TEST_P(SessionEnds, WithOneRecordAndNoWayBack) {
  GetParam().act(*this);
  network.application->sweep();
  network.application->sweep();
  const Json record = network.last_audit("session.ended");
  ASSERT_FALSE(record.is_null());
  EXPECT_EQ(record["detail"]["session"], id);
  EXPECT_EQ(record["detail"]["reason"], GetParam().reason);
  EXPECT_EQ(record["subject"], "sato");
  EXPECT_EQ(state()["end_reason"], GetParam().reason);
  EXPECT_EQ(renew().status, 401);
  int records = 0;
  const Answer audit = network.local("GET", "/v1/admin/audit?after=0");
  for (const Json& one : audit.body["records"]) {
    records += one["event"] == "session.ended" ? 1 : 0;
  }
  EXPECT_EQ(records, 1);
}

void remove_card(LoggedIn& in) {
  in.network.call("DELETE", "/v1/session", {{"session_id", in.id}, {"reason", "card-removed"}}, in.token);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, SessionEnds,
    testing::Values(
        End{"logout",
            [](LoggedIn& in) { in.network.call("DELETE", "/v1/session", {{"session_id", in.id}}, in.token); }},
        End{"card-removed", remove_card},
        End{"lease-expired", [](LoggedIn& in) { in.network.clock.advance(seconds(16)); }},
        End{"administrator", [](LoggedIn& in) { in.network.local("DELETE", "/v1/admin/sessions/" + in.id); }},
        End{"hold",
            [](LoggedIn& in) { in.network.local("POST", "/v1/admin/persons/sato/hold", {{"reason", "紛失"}}); }},
        End{"revoked",
            [](LoggedIn& in) {
              in.network.local("POST", "/v1/admin/crls", {{"crl", base64_of("crl_next/auth_ca.crl")}});
            }}),
    [](const auto& parameter) {
      std::string name = parameter.param.reason;
      std::erase(name, '-');
      return name;
    });

TEST_F(LoggedIn, EndingTwiceIsNoError) {
  remove_card(*this);
  EXPECT_EQ(network.call("DELETE", "/v1/session", {{"session_id", id}}, token).status, 204);
  EXPECT_EQ(state()["end_reason"], "card-removed");
}

TEST_F(LoggedIn, SurvivesARestartOfTheServer) {
  network.restart();
  EXPECT_EQ(renew().status, 200);
  EXPECT_EQ(state()["state"], "active");
}

}  // namespace
}  // namespace shomei::server
