#include <gmock/gmock.h>

#include "auth/token/jws.h"
#include "network.h"

namespace shomei::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Holding : testing::Test {
  Network network;
  const auth::Certificate card = auth::Certificate::parse(pki_file("holders/doctor1/authentication.cer")).value();
  const Json by_name = {{"issuer", card.facts().issuer}, {"serial", card.facts().serial}};

  Answer hold(Json target, const std::string& reason = "駅で紛失") {
    target["reason"] = reason;
    return network.local("POST", "/v1/admin/holds", target);
  }
  http::Response fetch(const std::string& etag = "") {
    http::Request request{.method = "GET", .path = "/v1/holds"};
    if (!etag.empty()) {
      request.headers["if-none-match"] = etag;
    }
    return http::Router(network.application->public_routes()).answer(request);
  }
  Json list() { return parse_json(as_text(auth::parse_jws(fetch().body).value().payload)).value(); }
};

TEST_F(Holding, ACardIsRefusedFromThatMomentAndItsSessionsEnd) {
  const std::string session = network.login("doctor1").body["session_id"];
  const std::string other = network.login("doctor2", {{"facility", "4310002"}}).body["session_id"];
  const Answer held = hold(by_name);
  EXPECT_EQ(held.status, 201);
  EXPECT_EQ(held.body["sessions_ended"], 1);
  EXPECT_THAT(failures(network.login("doctor1")), ElementsAre("card.hold"));
  EXPECT_EQ(network.last_audit("session.ended")["detail"]["session"], session);
  EXPECT_EQ(network.application->store().find_session(other).value()->ended_at, std::nullopt);
  EXPECT_EQ(network.last_audit("card.held")["detail"]["reason"], "駅で紛失");
  network.restart();
  EXPECT_THAT(failures(network.login("doctor1")), ElementsAre("card.hold"));
  EXPECT_EQ(network.local("DELETE", "/v1/admin/holds", by_name).status, 204);
  EXPECT_EQ(network.login("doctor1").status, 200);
}

TEST_F(Holding, IsNamedByCertificateOrByPersonAsWell) {
  EXPECT_EQ(hold({{"certificate", to_base64(card.der())}}).status, 201);
  EXPECT_EQ(hold(by_name).body["error"]["id"], "store.conflict");
  EXPECT_THAT(hold(by_name).body["error"]["detail"].get<std::string>(), testing::HasSubstr("is on hold already"));
  EXPECT_EQ(hold({{"person", "both"}}).status, 201);
  EXPECT_THAT(failures(network.login("doctor2", {{"facility", "4310002"}})), ElementsAre("registration.hold"));
  const Json holds = network.local("GET", "/v1/admin/holds").body;
  EXPECT_EQ(holds["cards"][0]["reason"], "駅で紛失");
  EXPECT_EQ(holds["persons"], Json({"both"}));
  EXPECT_EQ(network.local("DELETE", "/v1/admin/holds", {{"person", "both"}}).status, 204);
  EXPECT_EQ(network.local("DELETE", "/v1/admin/holds", {{"issuer", "CN=x"}, {"serial", "01"}}).status, 404);
}

TEST_F(Holding, RefusesWhatWouldHoldNobody) {
  EXPECT_EQ(hold({{"issuer", "CN=no such CA"}, {"serial", "01"}}).body["error"]["id"], "store.not_found");
  EXPECT_EQ(hold({{"issuer", card.facts().issuer}, {"serial", "xyz"}}).body["error"]["id"], "input.malformed");
  EXPECT_EQ(hold({{"person", "nobody"}}).body["error"]["id"], "store.not_found");
  EXPECT_EQ(hold(Json::object()).body["error"]["id"], "usage");
  EXPECT_EQ(hold({{"person", "sato"}, {"issuer", "x"}, {"serial", "1"}}).body["error"]["id"], "usage");
  EXPECT_EQ(hold({{"certificate", base64_of("holders/doctor1/signature.cer")}}).body["error"]["id"], "key.unsuitable");
}

TEST_F(Holding, ASessionThatBeganMeanwhileEndsAtTheNextSweep) {
  hold(by_name);
  SessionRecord session{.id = "late",
                        .person = "sato",
                        .facility = "4310001",
                        .card_issuer = card.facts().issuer,
                        .certificate_serial = card.facts().serial,
                        .claims = "{}",
                        .started_at = network.clock.now(),
                        .lease_until = network.clock.now() + std::chrono::seconds(15),
                        .expires_at = network.clock.now() + std::chrono::hours(1)};
  const Change change = change::AddSession{session};
  ASSERT_TRUE(network.application->store().commit(
      {&change, 1}, {.at = network.clock.now(), .event = "test", .actor = "a", .subject = "b"}));
  network.application->sweep();
  EXPECT_EQ(network.application->store().find_session("late").value()->end_reason, "hold");
}

TEST_F(Holding, TheListIsSignedAndTellsNoNames) {
  const Json empty = list();
  EXPECT_EQ(empty["entries"], Json::array());
  hold(by_name);
  hold({{"person", "both"}});
  const http::Response response = fetch();
  EXPECT_EQ(response.headers.at("Content-Type"), "application/jwt");
  const auth::Jws jws = auth::parse_jws(response.body).value();
  EXPECT_EQ(jws.typ, "shomei-holds+jwt");
  const Json keys = network.call("GET", "/.well-known/jwks.json").body;
  EXPECT_EQ(jws.kid, keys["keys"][0]["kid"].get<std::string>());
  const Json payload = list();
  EXPECT_EQ(payload["iss"], "https://server.test");
  EXPECT_EQ(payload["number"], empty["number"].get<int>() + 2);
  EXPECT_EQ(payload["entries"][0]["serial"], card.facts().serial);
  EXPECT_EQ(payload["entries"][0]["issuer"], card.facts().issuer);
  EXPECT_EQ(payload["entries"][1], Json({{"sub", "both"}}));
  EXPECT_GT(payload["exp"], payload["iat"]);
  EXPECT_THAT(payload.dump(), Not(HasSubstr("紛失")));
  network.local("DELETE", "/v1/admin/holds", by_name);
  EXPECT_EQ(list()["number"], empty["number"].get<int>() + 3);
}

TEST_F(Holding, TheListIsSentOnlyWhereItHasChanged) {
  const http::Response first = fetch();
  const std::string etag = first.headers.at("ETag");
  EXPECT_EQ(fetch(etag).status, 304);
  EXPECT_EQ(fetch(etag).body, "");
  EXPECT_EQ(fetch("\"0-0\"").status, 200);
  hold(by_name);
  EXPECT_EQ(fetch(etag).status, 200);
  const std::string later = fetch().headers.at("ETag");
  network.clock.advance(std::chrono::hours(2));
  // A new time of expiry is a new list with the same number.
  EXPECT_NE(fetch().headers.at("ETag"), later);
}

struct TwoPersons : testing::Test {
  Network network;
  std::string token;

  void SetUp() override {
    network.restart("[admin]\ntwo_persons = true\n");
    token = network.login("admin").body["access_token"];
  }
  Answer as_admin(const std::string& method, const std::string& path, const Json& body = nullptr) {
    return network.call(method, path, body, token);
  }
  Answer approve(const std::string& id) { return as_admin("POST", "/v1/admin/approvals/" + id + "/approve"); }
};

TEST_F(TwoPersons, AChangeOfTrustWaitsForAnother) {
  const Answer proposed =
      network.local("PUT", "/v1/admin/policy", {{"text", "[authentication]\npolicies = [\"1.2.3\"]\n"}});
  ASSERT_EQ(proposed.status, 202) << proposed.body;
  const std::string id = proposed.body["proposal"]["id"];
  EXPECT_EQ(network.login("doctor1").status, 200);
  EXPECT_EQ(network.local("POST", "/v1/admin/approvals/" + id + "/approve").body["error"]["id"], "approval.own");
  EXPECT_EQ(approve(id).status, 200);
  EXPECT_EQ(network.login("doctor1").status, 403);
  const Json record = network.last_audit("policy.set");
  EXPECT_EQ(record["actor"], "kobayashi");
  EXPECT_THAT(record["detail"]["proposed_by"].get<std::string>(), HasSubstr("local:uid="));
  EXPECT_EQ(approve(id).body["error"]["id"], "approval.closed");
  EXPECT_EQ(network.local("GET", "/v1/admin/approvals/" + id).body["state"], "approved");
}

TEST_F(TwoPersons, ARejectedOrOldProposalIsNotCarriedOut) {
  const Json body = {{"to", 1}};
  const std::string first = network.local("POST", "/v1/admin/trust/rollback", body).body["proposal"]["id"];
  EXPECT_EQ(as_admin("POST", "/v1/admin/approvals/" + first + "/reject", {{"reason", "no"}}).body["state"], "rejected");
  EXPECT_EQ(approve(first).body["error"]["id"], "approval.closed");
  const std::string second = network.local("POST", "/v1/admin/trust/rollback", body).body["proposal"]["id"];
  network.clock.advance(std::chrono::days(7));
  EXPECT_EQ(network.local("GET", "/v1/admin/approvals/" + second).body["state"], "expired");
  EXPECT_EQ(network.local("POST", "/v1/admin/approvals/" + second + "/reject", Json::object()).body["error"]["id"],
            "approval.closed");
  EXPECT_EQ(network.local("GET", "/v1/admin/approvals").body["proposals"].size(), 2U);
}

TEST_F(TwoPersons, ANewerListAndAHoldNeedNone) {
  EXPECT_EQ(network.local("POST", "/v1/admin/crls", {{"crl", base64_of("crl_next/auth_ca.crl")}}).status, 201);
  EXPECT_EQ(network.local("POST", "/v1/admin/holds", {{"person", "sato"}, {"reason", "lost"}}).status, 201);
  const Answer release = network.local("DELETE", "/v1/admin/persons/sato/hold");
  ASSERT_EQ(release.status, 202);
  EXPECT_EQ(network.application->store().find_person("sato").value()->hold_reason, "lost");
  EXPECT_EQ(approve(release.body["proposal"]["id"]).status, 204);
  EXPECT_EQ(network.application->store().find_person("sato").value()->hold_reason, std::nullopt);
}

TEST_F(TwoPersons, WhatWouldBeRefusedIsNotProposed) {
  EXPECT_EQ(network.local("POST", "/v1/admin/crls", {{"crl", base64_of("crl/tsa_ca.crl")}, {"again", true}})
                .body["error"]["id"],
            "crl.refused");
  EXPECT_TRUE(network.local("GET", "/v1/admin/approvals").body["proposals"].empty());
}

}  // namespace
}  // namespace shomei::server
