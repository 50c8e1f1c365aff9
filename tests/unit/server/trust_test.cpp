#include <gmock/gmock.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "network.h"
#include "server/store/database.h"

namespace shomei::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string fingerprint_of(const std::string& file) {
  return auth::Certificate::parse(pki_file(file)).value().facts().sha256;
}

struct Trusted : testing::Test {
  Network network;

  Answer import(const std::string& file, bool again = false) {
    return network.local("POST", "/v1/admin/crls", {{"crl", base64_of(file)}, {"again", again}});
  }
  Answer back(const Json& body = Json::object()) { return network.local("POST", "/v1/admin/trust/rollback", body); }
  Answer remove(const std::string& use, const std::string& file) {
    return network.local("DELETE", "/v1/admin/cas/" + use + "/" + fingerprint_of(file));
  }
  Answer policy(const std::string& text) { return network.local("PUT", "/v1/admin/policy", {{"text", text}}); }
  Json history() { return network.local("GET", "/v1/admin/trust").body["generations"]; }
};

TEST_F(Trusted, EveryChangeIsAGenerationWithItsAuditRecord) {
  const std::int64_t before = history().front()["seq"];
  EXPECT_EQ(import("crl_next/auth_ca.crl").body["generation"], before + 1);
  const Json newest = history().front();
  EXPECT_EQ(newest["seq"], before + 1);
  EXPECT_EQ(newest["kind"], "crl.imported");
  EXPECT_EQ(newest["current"], true);
  EXPECT_EQ(network.last_audit("crl.imported")["detail"]["generation"], before + 1);
  EXPECT_THAT(newest["actor"].get<std::string>(), HasSubstr("local:uid="));
  const Json whole = network.local("GET", "/v1/admin/trust/" + std::to_string(before + 1)).body;
  EXPECT_EQ(whole["content"]["crls"].size(), 5U);
  EXPECT_EQ(whole["content"]["cas"].size(), 5U);
}

TEST_F(Trusted, RollsBackInOneStepAndSetsTheListAside) {
  ASSERT_EQ(import("crl_next/auth_ca.crl").status, 201);
  EXPECT_EQ(network.login("doctor1").status, 403);
  EXPECT_EQ(back().status, 200);
  EXPECT_EQ(network.login("doctor1").status, 200);
  const Answer refused = import("crl_next/auth_ca.crl");
  EXPECT_EQ(refused.body["error"]["id"], "crl.refused");
  EXPECT_THAT(refused.body["error"]["detail"].get<std::string>(), HasSubstr("set aside"));
  network.restart();
  EXPECT_EQ(import("crl_next/auth_ca.crl").body["error"]["id"], "crl.refused");
  EXPECT_EQ(network.login("doctor1").status, 200);
  EXPECT_EQ(import("crl_next/auth_ca.crl", true).status, 201);
  EXPECT_EQ(network.login("doctor1").status, 403);
  // A number goes back by a roll back only, also when somebody asks for it again.
  EXPECT_EQ(import("crl/auth_ca.crl", true).body["error"]["id"], "crl.refused");
}

TEST_F(Trusted, RollsBackToAnyGenerationAndOnePartOnly) {
  const std::int64_t first = history().front()["seq"];
  ASSERT_EQ(policy("[authentication]\npolicies = [\"1.2.3\"]\n").status, 200);
  ASSERT_EQ(import("crl_next/auth_ca.crl").status, 201);
  EXPECT_EQ(back({{"to", first}, {"only", "policy"}}).status, 200);
  EXPECT_THAT(failures(network.login("doctor1")), ElementsAre("revocation.revoked"));
  EXPECT_EQ(network.local("GET", "/v1/admin/policy").body["source"], "configuration");
  EXPECT_EQ(back({{"to", first + 100}}).body["error"]["id"], "store.not_found");
  EXPECT_EQ(back({{"to", -1}}).body["error"]["id"], "usage");
  EXPECT_EQ(back({{"to", 0}}).body["error"]["id"], "usage");
  EXPECT_EQ(back({{"only", "roles"}}).body["error"]["id"], "usage");
}

TEST_F(Trusted, ACaThatIsRemovedEndsItsSessionsAndLetsNobodyIn) {
  const std::string session = network.login("doctor1").body["session_id"];
  EXPECT_EQ(remove("signature", "trust/authentication/auth_ca.cer").body["error"]["id"], "store.not_found");
  const Answer removed = remove("authentication", "trust/authentication/auth_ca.cer");
  EXPECT_EQ(removed.status, 200);
  EXPECT_EQ(removed.body["sessions_ended"], 1);
  EXPECT_EQ(network.last_audit("session.ended")["detail"]["reason"], "ca-removed");
  EXPECT_EQ(network.login("doctor1").status, 403);
  EXPECT_EQ(network.local("GET", "/v1/admin/cas").body["cas"].size(), 4U);
  EXPECT_EQ(back().status, 200);
  EXPECT_EQ(network.login("doctor1").status, 200);
}

TEST_F(Trusted, APolicyIsCheckedWhollyBeforeItCounts) {
  EXPECT_EQ(policy("[authentication]\npolicys = []\n").body["error"]["id"], "config.unknown_key");
  EXPECT_EQ(policy("[authentication").body["error"]["id"], "config.invalid");
  EXPECT_EQ(network.login("doctor1").status, 200);
  EXPECT_EQ(policy("[authentication]\npolicies = [\"1.2.3\"]\n").status, 200);
  EXPECT_THAT(failures(network.login("doctor1")), testing::Contains("profile.policy"));
  network.restart();
  EXPECT_EQ(network.login("doctor1").status, 403);
  EXPECT_EQ(policy("").status, 200);
  EXPECT_EQ(network.login("doctor1").status, 200);
}

TEST_F(Trusted, APolicyDoesNotLetTestCardsIn) {
  network.link("sato", "testcard");
  ASSERT_EQ(policy("[test_card]\nseverity = \"info\"\n").status, 200);
  EXPECT_EQ(network.login("testcard").status, 403);
}

TEST_F(Trusted, ACommitThatFailsHalfWayChangesNothing) {
  const Json before = history();
  const auto raw = Database::open({.connection = network.database()}).value();
  const auto run = [&](const char* statement) {
    ASSERT_TRUE(raw->write([&](soci::session& sql) -> Result<void> {
      sql << statement;
      return {};
    }));
  };
  run("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
  EXPECT_EQ(import("crl_next/auth_ca.crl").status, 500);
  EXPECT_EQ(remove("authentication", "trust/authentication/auth_ca.cer").status, 500);
  run("DROP TRIGGER broken");
  EXPECT_EQ(history(), before);
  EXPECT_EQ(network.login("doctor1").status, 200);
  EXPECT_EQ(import("crl_next/auth_ca.crl").status, 201);
}

TEST_F(Trusted, LoginsDuringSwapsGoByTheOldOrTheNewTrust) {
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0;
  std::thread logins([&] {
    const auto leaf = auth::Certificate::parse(pki_file("holders/doctor1/authentication.cer")).value();
    while (!stop) {
      const auto verdict = network.application->trust().judge(leaf).report.verdict;
      EXPECT_TRUE(verdict == auth::Verdict::kValid || verdict == auth::Verdict::kInvalid);
      ++answered;
    }
  });
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(import("crl_next/auth_ca.crl", true).status, 201);
    EXPECT_EQ(back().status, 200);
  }
  stop = true;
  logins.join();
  EXPECT_GT(answered, 0);
}

/// Stops the thread that makes a change in the middle of it.
class StuckClock final : public Clock {
 public:
  explicit StuckClock(Time at) : at_(at) {}
  Time now() const override {
    if (std::this_thread::get_id() == stuck) {
      entered.release();
      leave.acquire();
    }
    return at_;
  }
  std::atomic<std::thread::id> stuck;
  mutable std::counting_semaphore<> entered{0};
  mutable std::counting_semaphore<> leave{0};

 private:
  Time at_;
};

TEST_F(Trusted, ALoginDoesNotWaitForAChangeThatIsBeingMade) {
  StuckClock clock(network.clock.now());
  const auto store = open_store({.connection = network.database()}).value();
  const auto trust = Trust::load(*store, clock, {.profiles = auth::ProfileSet::defaults()}).value();
  const auto leaf = auth::Certificate::parse(pki_file("holders/doctor1/authentication.cer")).value();
  std::thread change([&] {
    clock.stuck = std::this_thread::get_id();
    EXPECT_TRUE(trust->import_crl(pki_file("crl_next/auth_ca.crl"), "test"));
  });
  clock.entered.acquire();
  EXPECT_EQ(trust->judge(leaf).report.verdict, auth::Verdict::kValid);
  EXPECT_TRUE(trust->refresh());
  clock.leave.release(100);
  change.join();
  EXPECT_EQ(trust->judge(leaf).report.verdict, auth::Verdict::kInvalid);
}

TEST_F(Trusted, AnotherServersChangeIsSeenAtTheNextSweep) {
  const auto other = network.second();
  ASSERT_EQ(import("crl_next/auth_ca.crl").status, 201);
  const auto leaf = auth::Certificate::parse(pki_file("holders/doctor1/authentication.cer")).value();
  EXPECT_EQ(other->trust().judge(leaf).report.verdict, auth::Verdict::kValid);
  other->sweep();
  EXPECT_EQ(other->trust().judge(leaf).report.verdict, auth::Verdict::kInvalid);
  // What it changes itself stands on that.
  const trust_change::RollBack roll_back;
  ASSERT_TRUE(other->trust().apply(roll_back, {.actor = "other"}));
  EXPECT_EQ(import("crl_next/auth_ca.crl").body["error"]["id"], "crl.refused");
}

struct Rehearsed : Trusted {
  Json rehearse(const Json& change) {
    const Answer begun = network.local("POST", "/v1/admin/rehearsals", change);
    EXPECT_EQ(begun.status, 202) << begun.body;
    Json answer = begun.body;
    const std::string path = "/v1/admin/rehearsals/" + begun.body["id"].get<std::string>();
    while (answer["state"] == "running") {
      answer = network.local("GET", path + "?wait=10").body;
    }
    return answer;
  }
};

TEST_F(Rehearsed, TellsWhoAListWouldRefuseAndChangesNothing) {
  network.login("doctor1");
  network.login("doctor1");
  network.login("doctor2", {{"facility", "4310002"}});
  network.login("revoked");
  const Json answer = rehearse({{"kind", "crl.import"}, {"crl", base64_of("crl_next/auth_ca.crl")}});
  EXPECT_EQ(answer["state"], "done");
  EXPECT_EQ(answer["done"], answer["total"]);
  const Json& report = answer["report"];
  ASSERT_EQ(report["newly_refused"].size(), 1U) << answer;
  EXPECT_EQ(report["newly_refused"][0]["person"], "sato");
  EXPECT_EQ(report["newly_refused"][0]["logins"], 2);
  EXPECT_EQ(report["newly_refused"][0]["findings"][0]["check"], "revocation.revoked");
  EXPECT_EQ(report["newly_refused_count"], 1);
  EXPECT_EQ(report["newly_accepted_count"], 0);
  EXPECT_EQ(report["stay_accepted_count"], 1);
  EXPECT_EQ(network.login("doctor1").status, 200);
  EXPECT_EQ(network.last_audit("trust.rehearsed")["detail"]["change"], "crl.imported");
}

TEST_F(Rehearsed, TellsWhoWouldBeLetIn) {
  ASSERT_EQ(import("crl_next/auth_ca.crl").status, 201);
  EXPECT_EQ(network.login("doctor1").status, 403);
  const Json answer = rehearse({{"kind", "trust.rollback"}});
  EXPECT_EQ(answer["report"]["newly_accepted"][0]["findings"][0]["check"], "revocation.revoked");
  EXPECT_EQ(answer["report"]["newly_refused_count"], 0);
  const Json policy = rehearse({{"kind", "policy.set"}, {"text", "[authentication]\nkey_usages = []\n"}});
  EXPECT_EQ(policy["report"]["stay_refused_count"], 1);
}

TEST_F(Rehearsed, OldLoginsAreForgotten) {
  network.login("doctor1");
  network.clock.advance(std::chrono::days(29));
  network.application->sweep();
  EXPECT_EQ(network.application->store().count_used_certificates(Time{}).value(), 1);
  network.clock.advance(std::chrono::days(2));
  network.application->sweep();
  EXPECT_EQ(network.application->store().count_used_certificates(Time{}).value(), 0);
}

TEST_F(Rehearsed, WhatWouldBeRefusedIsNoRehearsal) {
  const Answer refused =
      network.local("POST", "/v1/admin/rehearsals", {{"kind", "crl.import"}, {"crl", base64_of("crl/tsa_ca.crl")}});
  EXPECT_EQ(refused.body["error"]["id"], "crl.refused");
  EXPECT_EQ(network.local("POST", "/v1/admin/rehearsals", {{"kind", "king.crown"}}).body["error"]["id"], "usage");
  EXPECT_EQ(network.local("GET", "/v1/admin/rehearsals/none").body["error"]["id"], "rehearsal.unknown");
}

TEST(Migration, WhatWasThereBeforeGenerationsIsTheFirst) {
  Network network;
  const auto raw = Database::open({.connection = network.database()}).value();
  ASSERT_TRUE(raw->write([](soci::session& sql) -> Result<void> {
    sql << "DELETE FROM generations";
    return {};
  }));
  network.restart();
  const Json generations = network.local("GET", "/v1/admin/trust").body["generations"];
  ASSERT_EQ(generations.size(), 1U);
  EXPECT_EQ(generations[0]["kind"], "trust.migrated");
  EXPECT_EQ(network.login("doctor1").status, 200);
}

}  // namespace
}  // namespace shomei::server
