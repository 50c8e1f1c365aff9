#include <gmock/gmock.h>

#include "network.h"

namespace shomei::server {
namespace {

TEST(Administration, IsClosedToAllButAdministratorsRouteByRoute) {
  Network network;
  const std::string doctor = network.login("doctor1").body["access_token"];
  int routes = 0;
  for (const http::Route& route : network.application->public_routes()) {
    if (route.pattern.starts_with("/v1/admin/")) {
      ++routes;
      http::Request stranger{.method = route.method, .path = route.pattern};
      EXPECT_EQ(route.access(stranger).error().code, Code::kSessionUnknown) << route.pattern;
      stranger.headers["authorization"] = "Bearer " + doctor;
      EXPECT_EQ(route.access(stranger).error().code, Code::kNotPermitted) << route.pattern;
      // A peer means nothing on TLS.
      stranger.peer = http::Peer{};
      EXPECT_EQ(route.access(stranger).error().code, Code::kNotPermitted) << route.pattern;
    }
  }
  EXPECT_EQ(routes, 39);
  for (const http::Route& route : network.application->local_routes()) {
    const http::Request other{.method = route.method, .path = route.pattern, .peer = http::Peer{.uid = 54'321}};
    EXPECT_FALSE(route.access(other)) << route.pattern;
    EXPECT_FALSE(route.access(http::Request{})) << route.pattern;
  }
}

TEST(Administration, GoesByCardAndRoleWhileTheSessionLives) {
  Network network;
  const Json grant = network.login("admin").body;
  const std::string token = grant["access_token"];
  EXPECT_EQ(network.call("GET", "/v1/admin/persons", nullptr, token).body["persons"].size(), 4U);
  EXPECT_EQ(network.call("POST", "/v1/admin/facilities", {{"code", "9"}, {"name", "薬局"}, {"type", "pharmacy"}}, token)
                .status,
            201);
  EXPECT_EQ(network.last_audit("facility.added")["actor"], "kobayashi");
  network.call("DELETE", "/v1/session", {{"session_id", grant["session_id"]}}, token);
  EXPECT_EQ(network.call("GET", "/v1/admin/persons", nullptr, token).body["error"]["id"], "session.ended");
}

TEST(Administration, ATokenGrowsOld) {
  Network network("[session]\nlease = 3600");
  const std::string token = network.login("admin").body["access_token"];
  network.clock.advance(std::chrono::seconds(700));
  EXPECT_EQ(network.call("GET", "/v1/admin/persons", nullptr, token).body["error"]["id"], "session.unknown");
}

TEST(Administration, RefusesWhatMakesNoSense) {
  Network network;
  const auto id = [&](const std::string& path, const Json& body) {
    return network.local("POST", path, body).body["error"]["id"].get<std::string>();
  };
  EXPECT_EQ(id("/v1/admin/facilities", {{"code", "9"}, {"name", "x"}, {"type", "palace"}}), "usage");
  EXPECT_EQ(id("/v1/admin/facilities", {{"code", ""}, {"name", "x"}, {"type", "other"}}), "usage");
  EXPECT_EQ(id("/v1/admin/facilities", {{"code", "a\nb"}, {"name", "x"}, {"type", "other"}}), "usage");
  EXPECT_EQ(id("/v1/admin/facilities", {{"code", "4310001"}, {"name", "x"}, {"type", "other"}}), "store.conflict");
  EXPECT_EQ(id("/v1/admin/facilities", {{"code", "9"}, {"name", "x"}}), "json.malformed");
  EXPECT_EQ(id("/v1/admin/persons", {{"name", "x"}, {"roles", {"king"}}}), "usage");
  EXPECT_EQ(id("/v1/admin/persons", {{"name", "x"}, {"facilities", {"none"}}}), "store.not_found");
  EXPECT_EQ(id("/v1/admin/persons", {{"name", "x"}, {"facilities", "4310001"}}), "json.malformed");
  EXPECT_EQ(id("/v1/admin/persons/none/cards", {{"certificate", base64_of("holders/nurse/authentication.cer")}}),
            "store.not_found");
  EXPECT_EQ(id("/v1/admin/persons/both/cards", {{"certificate", base64_of("holders/doctor1/authentication.cer")}}),
            "store.conflict");
  EXPECT_EQ(id("/v1/admin/persons/both/cards", {{"certificate", base64_of("trust/staff/staff_ca.cer")}}),
            "key.unsuitable");
  EXPECT_EQ(id("/v1/admin/persons/both/cards", {{"certificate", "AAAA"}}), "input.not_certificate");
  EXPECT_EQ(network.local("GET", "/v1/admin/persons/none").status, 404);
  EXPECT_EQ(network.local("POST", "/v1/admin/persons", {{"name", "新人"}}).body["id"].get<std::string>().size(), 16U);
}

TEST(Administration, AddsRolesAndRegistrations) {
  Network network;
  EXPECT_EQ(network.local("POST", "/v1/admin/persons/sato/facilities", {{"facility", "4310002"}}).status, 201);
  EXPECT_EQ(network.local("POST", "/v1/admin/persons/sato/roles", {{"role", "administrator"}}).status, 201);
  const Json sato = network.local("GET", "/v1/admin/persons/sato").body;
  EXPECT_EQ(sato["facilities"], Json({"4310001", "4310002"}));
  EXPECT_EQ(sato["roles"], Json({"administrator"}));
  EXPECT_EQ(sato["cards"][0]["serial_number"], "D1000017");
}

TEST(Trust, PinsACaByItsFingerprintOnly) {
  Network network;
  const std::string file = "trust/timestamp/tsa_ca.cer";
  const auto certificate = auth::Certificate::parse(pki_file("trust/tls/tls_ca.cer")).value();
  std::string fingerprint = certificate.facts().sha256;
  const auto add = [&](const std::string& use, const std::string& name, const std::string& sha256) {
    return network.local("POST", "/v1/admin/cas", {{"use", use}, {"certificate", base64_of(name)}, {"sha256", sha256}});
  };
  EXPECT_EQ(add("staff", "trust/tls/tls_ca.cer", std::string(64, '0')).body["error"]["id"], "usage");
  EXPECT_EQ(add("everything", "trust/tls/tls_ca.cer", fingerprint).body["error"]["id"], "usage");
  fingerprint.insert(2, ":");
  EXPECT_EQ(add("staff", "trust/tls/tls_ca.cer", fingerprint).status, 201);
  EXPECT_EQ(add("staff", "trust/tls/tls_ca.cer", fingerprint).body["error"]["id"], "store.conflict");
  const auto holder = auth::Certificate::parse(pki_file("holders/doctor1/authentication.cer")).value();
  EXPECT_EQ(add("staff", "holders/doctor1/authentication.cer", holder.facts().sha256).body["error"]["id"],
            "key.unsuitable");
  EXPECT_EQ(network.local("GET", "/v1/admin/cas").body["cas"].size(), 6U);
}

struct Crls : testing::Test {
  Network network;
  Answer import(const Bytes& der) { return network.local("POST", "/v1/admin/crls", {{"crl", to_base64(der)}}); }
  Answer import(const std::string& file) { return import(pki_file(file)); }
  Json in_force(const std::string& issuer) {
    const Answer list = network.local("GET", "/v1/admin/crls");
    for (const Json& crl : list.body["crls"]) {
      if (crl["current"] == true && crl["issuer"].get<std::string>().contains(issuer)) {
        return crl;
      }
    }
    return {};
  }
};

TEST_F(Crls, ANewOneTakesForceAndTheOldOneStaysInTheStore) {
  const std::string before = in_force("AuthCA")["sha256"];
  const Answer taken = import("crl_next/auth_ca.crl");
  EXPECT_EQ(taken.status, 201);
  EXPECT_EQ(in_force("AuthCA")["sha256"], taken.body["sha256"]);
  EXPECT_EQ(network.local("GET", "/v1/admin/crls").body["crls"].size(), 6U);
  const Answer old = network.local("GET", "/v1/admin/crls/" + before);
  EXPECT_EQ(old.body["current"], false);
  EXPECT_EQ(old.body["crl"], base64_of("crl/auth_ca.crl"));
}

TEST_F(Crls, AnOlderOneIsRefusedAndTheNewerStaysInForce) {
  const std::string now = import("crl_next/auth_ca.crl").body["sha256"];
  const Answer refused = import("crl/auth_ca.crl");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.body["error"]["id"], "crl.refused");
  EXPECT_EQ(in_force("AuthCA")["sha256"], now);
  network.restart();
  EXPECT_EQ(in_force("AuthCA")["sha256"], now);
  EXPECT_EQ(network.login("doctor1").status, 403);
}

TEST_F(Crls, TheSameAgainChangesNothing) {
  EXPECT_EQ(import("crl/auth_ca.crl").status, 200);
  EXPECT_EQ(network.local("GET", "/v1/admin/crls").body["crls"].size(), 5U);
}

TEST_F(Crls, ABrokenOrForeignOneNeverReplacesAGoodOne) {
  const std::string good = in_force("AuthCA")["sha256"];
  const Bytes next = pki_file("crl_next/auth_ca.crl");
  for (std::size_t at = 0; at < next.size(); at += 7) {
    Bytes broken = next;
    broken[at] ^= 0x01;
    EXPECT_GE(import(broken).status, 400) << at;
  }
  EXPECT_EQ(import(Bytes(next.begin(), next.end() - 1)).body["error"]["id"], "input.not_crl");
  EXPECT_EQ(import(Bytes(1000, 0)).body["error"]["id"], "input.not_crl");
  EXPECT_EQ(import("crl/tsa_ca.crl").body["error"]["id"], "crl.refused");
  EXPECT_EQ(in_force("AuthCA")["sha256"], good);
  EXPECT_EQ(network.login("doctor1").status, 200);
}

TEST_F(Crls, AListOfTheFutureIsRefusedAndAStaleOneTakenWithAWarning) {
  Network early("", false);
  early.clock.advance(-std::chrono::hours(3));
  EXPECT_EQ(early.local("POST", "/v1/admin/crls", {{"crl", base64_of("crl/auth_ca.crl")}}).status, 422);
  Network late("", false);
  late.clock.advance(std::chrono::hours(200));
  const Answer taken = late.local("POST", "/v1/admin/crls", {{"crl", base64_of("crl/auth_ca.crl")}});
  EXPECT_EQ(taken.status, 201);
  EXPECT_EQ(taken.body["warnings"].size(), 1U);
  EXPECT_EQ(late.login("doctor1").status, 403);
}

}  // namespace
}  // namespace shomei::server
