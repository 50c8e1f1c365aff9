#include <gmock/gmock.h>

#include "base/file.h"
#include "network.h"
#include "tests/doubles/web_peer.h"

namespace shomei::server {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

/// Files of the test PKI as an issuer's web server.
struct Issuer {
  std::filesystem::path folder;
  std::unique_ptr<WebPeer> peer;
  Issuer() {
    std::string name = "/tmp/shomei-issuer-XXXXXX";
    folder = ::mkdtemp(name.data());
    peer = std::make_unique<WebPeer>(folder);
  }
  ~Issuer() {
    peer.reset();
    std::filesystem::remove_all(folder);
  }
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;
  void serve(const std::string& name, const Bytes& content) const {
    SHOMEI_CHECK(write_file(folder / name, content).has_value());
  }
  /// Configuration of these sources and no others.
  std::string sources(std::initializer_list<const char*> names) const {
    std::string text = "[crl]\nfetch = false\n";
    for (const char* name : names) {
      text += "[[crl.source]]\nurl = \"" + peer->url(std::string("/f/") + name) + "\"\n";
    }
    return text;
  }
};

std::string outcome(const Answer& answer) {
  return answer.body["sources"][0]["outcome"];
}

TEST(Supply, FetchedListsLetPeopleInAndEndTheSessionsOfRevokedCards) {
  const Issuer issuer;
  Network network(issuer.sources({"auth_ca.crl", "sarl.crl", "rarl.crl"}), false);
  EXPECT_EQ(network.login("doctor1").status, 403);
  for (const char* name : {"auth_ca.crl", "sarl.crl", "rarl.crl"}) {
    issuer.serve(name, pki_file(std::string("crl/") + name));
  }
  const Answer fetched = network.local("POST", "/v1/admin/crl-sources/fetch");
  ASSERT_EQ(fetched.status, 200);
  EXPECT_EQ(fetched.body["sources"].size(), 3U);
  EXPECT_EQ(outcome(fetched), "imported");
  const Answer granted = network.login("doctor1");
  ASSERT_EQ(granted.status, 200);
  const std::string url = issuer.peer->url("/f/auth_ca.crl");
  EXPECT_EQ(outcome(network.local("POST", "/v1/admin/crl-sources/fetch", {{"url", url}})), "unchanged");
  const Answer listed = network.local("GET", "/v1/admin/crl-sources");
  EXPECT_EQ(listed.body["sources"][0]["state"], "good");
  EXPECT_EQ(network.local("POST", "/v1/admin/crl-sources/fetch", {{"url", "http://else.test/"}}).status, 404);
  EXPECT_EQ(network.last_audit("crl.imported")["actor"], "fetch");
  EXPECT_EQ(network.last_audit("crl.fetch_asked")["subject"], url);
}

TEST(Supply, ABrokenSourceKeepsTheGoodListAndIsShown) {
  const Issuer issuer;
  issuer.serve("auth_ca.crl", to_bytes(as_bytes("<html>")));
  Network network(issuer.sources({"auth_ca.crl"}));
  const Answer fetched = network.local("POST", "/v1/admin/crl-sources/fetch");
  EXPECT_EQ(outcome(fetched), "failed");
  EXPECT_THAT(fetched.body["sources"][0]["last_error"].get<std::string>(), HasSubstr("input.not_crl"));
  EXPECT_EQ(network.login("doctor1").status, 200);
}

TEST(Supply, LoginsFailClosedAtNextUpdate) {
  Network network;
  EXPECT_EQ(network.login("doctor1").status, 200);
  network.clock.advance(hours(96));
  const Answer refused = network.login("doctor1");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(failures(refused), testing::Contains("revocation.unknown"));
}

TEST(Supply, AGraceLetsLoginsPassAndIsRecorded) {
  Network network("[[crl.issuer]]\nname = \"C=JP\"\nlogin_grace = 7200\n");
  network.clock.advance(hours(95));
  EXPECT_EQ(network.login("doctor1").status, 200);
  const Json audit = network.last_audit("login.granted");
  ASSERT_TRUE(audit["detail"].contains("crl_grace")) << audit.dump();
  EXPECT_EQ(audit["detail"]["crl_grace"][0]["login_grace"], 7200);
  network.clock.advance(hours(2));
  EXPECT_EQ(network.login("doctor1").status, 403);
}

TEST(Supply, OnceSeenRevokedStaysRevokedOnAStaleList) {
  for (const char* config : {"", "[crl]\ngrace = 604800\n"}) {
    Network network(config);
    network.clock.advance(hours(96));
    const Answer refused = network.login("revoked");
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(failures(refused), testing::Contains("revocation.revoked"));
  }
}

TEST(Supply, TheLevelOfAListIsShown) {
  Network network;
  const auto level = [&] { return network.local("GET", "/v1/admin/crls").body["crls"][0]["level"]; };
  EXPECT_EQ(level(), "good");
  network.clock.advance(hours(58));
  EXPECT_EQ(level(), "warn");
  network.clock.advance(hours(20));
  EXPECT_EQ(level(), "alarm");
  const Answer soon = network.local("GET", "/v1/admin/expiring");
  EXPECT_EQ(soon.body["crls"][0]["level"], "alarm");
  network.clock.advance(hours(20));
  EXPECT_EQ(level(), "stale");
}

TEST(Supply, CertificatesOfThoseWhoGotInAreWatched) {
  Network network;
  ASSERT_EQ(network.login("doctor1").status, 200);
  const auto kinds = [&] {
    std::vector<std::string> found;
    const Answer answer = network.local("GET", "/v1/admin/expiring");
    for (const Json& one : answer.body["certificates"]) {
      found.push_back(one["kind"].get<std::string>() + ":" + one["of"].get<std::string>());
    }
    return found;
  };
  EXPECT_THAT(kinds(), testing::Not(testing::Contains("person:sato")));
  const auto end = auth::Certificate::parse(pki_file("holders/doctor1/authentication.cer"))->facts().not_after;
  network.clock.advance(end - network.clock.now() - hours(24 * 30));
  EXPECT_THAT(kinds(), testing::Contains("person:sato"));
  network.application->supply().look();
  const Answer told = network.local("GET", "/v1/admin/notices");
  EXPECT_THAT(told.body.dump(), HasSubstr("expiry:person:"));
}

TEST(Supply, MetricsCountLoginsAndListsAndSessions) {
  Network network;
  network.login("doctor1");
  network.login("revoked");
  network.clock.advance(std::chrono::seconds(1));
  const std::string text = network.application->supply().parts().metrics.text();
  EXPECT_THAT(text, HasSubstr("shomei_logins_total{outcome=\"granted\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("shomei_logins_total{outcome=\"login.refused\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("shomei_login_findings_total{check=\"revocation.revoked\",severity=\"fail\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("shomei_second_opinion_total{result=\""));
  EXPECT_THAT(text, HasSubstr("shomei_sessions_open 1\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE shomei_crl_level gauge\n"));
  EXPECT_EQ(network.call("GET", "/v1/admin/metrics").status, 401);
}

}  // namespace
}  // namespace shomei::server
