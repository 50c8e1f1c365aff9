#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "base/file.h"
#include "served.h"
#include "tests/doubles/web_peer.h"

namespace shomei::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kTls = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/tls/";

/// Pem of the DER file, which Python wants.
void save_pem(const std::filesystem::path& der, const std::filesystem::path& pem) {
  const std::string text =
      "-----BEGIN CERTIFICATE-----\n" + to_base64(read_file(der, 1 << 16).value()) + "\n-----END CERTIFICATE-----\n";
  ASSERT_TRUE(write_file(pem, as_bytes(text)));
}

/// Against Python's http.server, so that nobody agrees with himself only.
struct Web : testing::Test {
  TempFolder folder;
  ClientOptions options{.plain_http = true, .max_answer = 1 << 20};
  WebPeer peer{folder / ""};

  void file(const std::string& name, const std::string& content) {
    ASSERT_TRUE(write_file(folder / name, as_bytes(content)));
  }
  Result<HttpResponse> get(const std::string& path, std::map<std::string, std::string> headers = {}) {
    const auto client = Client::create(options).value();
    return client->send({.method = "GET", .url = peer.url(path), .headers = std::move(headers)});
  }
  Code failure(const std::string& path) { return get(path).error().code; }
};

TEST_F(Web, PlainHttpIsForThoseWhoAskForIt) {
  file("a", "content");
  EXPECT_EQ(get("/f/a")->body, "content");
  options.plain_http = false;
  EXPECT_EQ(failure("/f/a"), Code::kUsage);
}

TEST_F(Web, ConditionalRequestsAndTheirHeadersGoThrough) {
  file("a", "content");
  const auto first = get("/f/a");
  const std::string tag = first->headers.at("etag");
  EXPECT_THAT(first->headers.at("last-modified"), HasSubstr("GMT"));
  const auto second = get("/f/a", {{"If-None-Match", tag}});
  EXPECT_EQ(second->status, 304);
  EXPECT_EQ(second->body, "");
  EXPECT_EQ(second->headers.at("etag"), tag);
}

TEST_F(Web, A304ThatAnnouncesABodyIsNotWaitedFor) {
  const auto answer = get("/status_304");
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->status, 304);
}

TEST_F(Web, StatusesAndRedirectsAreAnswers) {
  EXPECT_EQ(get("/status_500")->status, 500);
  EXPECT_EQ(get("/f/none")->status, 404);
  EXPECT_EQ(get("/redirect")->status, 302);
  EXPECT_EQ(get("/redirect")->headers.at("location"), "/f/elsewhere");
}

TEST_F(Web, WhatIsNotWholeIsNoAnswer) {
  const auto answer = get("/short");
  EXPECT_EQ(answer.error().code, Code::kNetUnreachable);
  EXPECT_THAT(answer.error().detail, HasSubstr("before the answer was whole"));
  EXPECT_EQ(failure("/reset"), Code::kNetUnreachable);
}

TEST_F(Web, ALongAnswerIsRefusedWhenItIsAnnounced) {
  const auto answer = get("/announced");
  EXPECT_EQ(answer.error().code, Code::kNetTooLarge);
  EXPECT_THAT(answer.error().detail, HasSubstr("1048576 bytes"));
  EXPECT_EQ(peer.line(), "GET /announced 200");
  EXPECT_EQ(peer.line(), "cut /announced");
}

TEST_F(Web, AnAnswerWithoutEndIsCutOff) {
  EXPECT_EQ(failure("/chunks"), Code::kNetTooLarge);
  EXPECT_EQ(peer.line(), "GET /chunks 200");
  EXPECT_EQ(peer.line(), "cut /chunks");
}

TEST_F(Web, AHeadWithoutEndIsCutOff) {
  EXPECT_EQ(failure("/headers"), Code::kNetTooLarge);
  EXPECT_EQ(peer.line(), "GET /headers 200");
  EXPECT_EQ(peer.line(), "cut /headers");
}

TEST_F(Web, ATrickleEndsAtTheWholeTime) {
  options.answer_time = milliseconds(150);
  options.silence = milliseconds(10'000);
  EXPECT_EQ(failure("/trickle"), Code::kNetTimeout);
}

TEST_F(Web, SilenceEndsBeforeTheWholeTime) {
  options.silence = milliseconds(100);
  EXPECT_EQ(failure("/silent"), Code::kNetTimeout);
}

TEST_F(Web, NobodyThereIsUnreachable) {
  peer.stop();
  EXPECT_EQ(failure("/f/a"), Code::kNetUnreachable);
}

TEST_F(Web, AStopEndsWhatIsUnderWayAndAllThatFollows) {
  std::stop_source stop;
  options.stop = stop.get_token();
  const auto client = Client::create(options).value();
  Result<HttpResponse> answer;
  std::jthread asking([&] { answer = client->send({.method = "GET", .url = peer.url("/silent")}); });
  EXPECT_EQ(peer.line(), "GET /silent 0");
  stop.request_stop();
  asking.join();
  EXPECT_EQ(answer.error().code, Code::kNetUnreachable);
  EXPECT_THAT(answer.error().detail, HasSubstr("stopped"));
  EXPECT_THAT(client->send({.method = "GET", .url = peer.url("/silent")}).error().detail, HasSubstr("stopped"));
}

TEST_F(Web, AProxyIsAskedInAbsoluteForm) {
  file("a", "content");
  options.proxy = "http://127.0.0.1:" + std::to_string(peer.proxy);
  EXPECT_EQ(get("/f/a")->body, "content");
  EXPECT_EQ(peer.line(), "proxy GET " + peer.url("/f/a"));
}

TEST_F(Web, AProxyMustBeAnAddress) {
  for (const char* wrong : {"https://x:1", "http://x", "http://x:0", "http://x:70000", "http://u@x:1", "http://:1"}) {
    EXPECT_EQ(Client::create({.proxy = wrong}).error().code, Code::kConfigInvalid) << wrong;
  }
}

struct Https : Web {
  std::unique_ptr<WebPeer> secure;
  void SetUp() override {
    // As every program of ours does (StopSignals): OpenSSL writes to sockets that the other side has closed.
    std::signal(SIGPIPE, SIG_IGN);
    save_pem(kTls + "server.cer", folder / "server.pem");
    secure = std::make_unique<WebPeer>(folder / "", folder / "server.pem", kTls + "server.key.pem");
    options.tls_ca = {SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/trust/tls/tls_ca.cer"};
    options.plain_http = false;
    options.proxy = "http://localhost:" + std::to_string(secure->proxy);
    file("a", "content");
  }
  Result<HttpResponse> get_secure() {
    return Client::create(options).value()->send(
        {.method = "GET", .url = "https://localhost:" + std::to_string(secure->https) + "/f/a"});
  }
};

TEST_F(Https, GoesThroughAProxyByConnect) {
  const auto answer = get_secure();
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->body, "content");
  EXPECT_EQ(secure->line(), "proxy CONNECT localhost:" + std::to_string(secure->https));
}

TEST_F(Https, TheNameStaysThatOfTheServer) {
  options.tls_ca = {SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed/trust/authentication/root.cer"};
  EXPECT_EQ(get_secure().error().code, Code::kNetTls);
}

TEST_F(Https, AProxyThatRefusesIsAFailureAndNotTheEnd) {
  file("proxy.fault", "refuse");
  const auto answer = get_secure();
  EXPECT_EQ(answer.error().code, Code::kNetUnreachable);
  EXPECT_THAT(answer.error().detail, HasSubstr("HTTP/1.1 403 Forbidden"));
}

}  // namespace
}  // namespace shomei::http
