#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/file.h"
#include "http/client.h"
#include "http/problem.h"
#include "process.h"
#include "tests/doubles/web_peer.h"

namespace shomei::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kPki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/";

/// The program, and its CA's web server.
struct Fetching : testing::Test {
  std::filesystem::path folder;
  std::unique_ptr<WebPeer> peer;
  std::unique_ptr<ServerProcess> server;

  void SetUp() override {
    std::string name = "/tmp/shomei-issuer-XXXXXX";
    folder = ::mkdtemp(name.data());
    peer = std::make_unique<WebPeer>(folder);
    server = std::make_unique<ServerProcess>("[crl]\nfetch = false\n[[crl.source]]\nurl = \"" +
                                             peer->url("/f/auth_ca.crl") + "\"\n");
  }
  void TearDown() override {
    server.reset();
    peer.reset();
    std::filesystem::remove_all(folder);
  }
  HttpResponse call(const std::string& method, const std::string& path, const std::string& body = "") const {
    const auto client = http::Client::create({.unix_socket = server->folder / "s"}).value();
    return client->send({.method = method, .url = path, .body = body}).value();
  }
  void pin(const std::string& file) const {
    const Bytes der = read_file(kPki + file, 1 << 16).value();
    const Json body = {{"use", "authentication"}, {"certificate", to_base64(der)}, {"sha256", to_hex(sha256(der))}};
    ASSERT_EQ(call("POST", "/v1/admin/cas", body.dump()).status, 201);
  }
};

TEST_F(Fetching, TheServerAsksByItselfAndTakesWhatItsCaSigned) {
  std::filesystem::copy_file(kPki + "crl/auth_ca.crl", folder / "auth_ca.crl");
  ASSERT_THAT(server->start(), StartsWith("ready "));
  EXPECT_EQ(peer->line(), "GET /f/auth_ca.crl 200");
  pin("trust/authentication/auth_ca.cer");
  const HttpResponse fetched = call("POST", "/v1/admin/crl-sources/fetch");
  ASSERT_EQ(fetched.status, 200) << fetched.body;
  // The first answer may be judged only after the CA came in; then it is the one that is taken.
  const bool at_first = Json::parse(fetched.body)["sources"][0]["outcome"] == "unchanged";
  EXPECT_EQ(Json::parse(fetched.body)["sources"][0]["outcome"], at_first ? "unchanged" : "imported") << fetched.body;
  EXPECT_EQ(peer->line(), at_first ? "GET /f/auth_ca.crl 304" : "GET /f/auth_ca.crl 200");
  EXPECT_EQ(Json::parse(call("GET", "/v1/admin/crls").body)["crls"].size(), 1U);
  const HttpResponse metrics = call("GET", "/metrics");
  EXPECT_EQ(metrics.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(metrics.body, HasSubstr("outcome=\"imported\"} 1\n"));
  // After a restart it asks conditionally.
  server->signal(SIGTERM);
  EXPECT_EQ(server->wait().status, 0);
  ASSERT_THAT(server->start(), StartsWith("ready "));
  EXPECT_EQ(Json::parse(call("POST", "/v1/admin/crl-sources/fetch").body)["sources"][0]["outcome"], "unchanged");
  EXPECT_EQ(peer->line(), "GET /f/auth_ca.crl 304");
}

TEST_F(Fetching, ASourceThatIsSilentKeepsNobodyFromStopping) {
  ASSERT_TRUE(write_file(folder / "auth_ca.crl.fault", as_bytes("silent")));
  ASSERT_THAT(server->start(), StartsWith("ready "));
  EXPECT_EQ(peer->line(), "GET /f/auth_ca.crl 0");
  EXPECT_EQ(call("GET", "/v1/admin/crl-sources").status, 200);
  server->signal(SIGTERM);
  EXPECT_EQ(server->wait().status, 0);
}

}  // namespace
}  // namespace shomei::server
