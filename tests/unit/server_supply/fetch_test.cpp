#include "server/trust/fetch.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "forge.h"
#include "http/client.h"
#include "server/trust/crl_sources.h"
#include "tests/doubles/web_peer.h"

namespace shomei::server {
namespace {

using Outcome = FetchResult::Outcome;
using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;

struct Fetch : testing::Test {
  TrustBench bench;
  WebPeer peer{bench.folder};
  CrlSourceRecord source{.url = peer.url("/f/list.crl")};
  http::ClientOptions options{.plain_http = true, .max_answer = 1U << 20};

  void serve(const std::string& content) { ASSERT_TRUE(write_file(bench.folder / "list.crl", as_bytes(content))); }
  void serve_list(const ListPlan& plan) { serve(std::string(as_text(bench.ca.list(plan)))); }
  void fault(const std::string& name) { ASSERT_TRUE(write_file(bench.folder / "list.crl.fault", as_bytes(name))); }
  FetchResult fetch() {
    const auto client = http::Client::create(options).value();
    FetchResult result = fetch_once(*client, *bench.trust, source, bench.clock.now());
    source = result.source;
    return result;
  }
};

TEST_F(Fetch, BringsAListAndAsksConditionallyFromThenOn) {
  serve_list({.number = 5});
  EXPECT_EQ(fetch().outcome, Outcome::kImported);
  EXPECT_THAT(bench.in_force(), ElementsAre("05"));
  EXPECT_FALSE(source.etag.empty());
  EXPECT_FALSE(source.last_modified.empty());
  EXPECT_EQ(source.last_success, kNow);
  EXPECT_EQ(peer.line(), "GET /f/list.crl 200");
  EXPECT_EQ(fetch().outcome, Outcome::kUnchanged);
  EXPECT_EQ(peer.line(), "GET /f/list.crl 304");
  serve_list({.number = 6});
  EXPECT_EQ(fetch().outcome, Outcome::kImported);
  EXPECT_EQ(peer.line(), "GET /f/list.crl 200");
  EXPECT_THAT(bench.in_force(), ElementsAre("06"));
}

TEST_F(Fetch, AsksForTheWholeWhenItsListIsNoLongerInForce) {
  serve_list({.number = 5});
  fetch();
  ASSERT_TRUE(bench.import({.number = 7}));
  EXPECT_EQ(peer.line(), "GET /f/list.crl 200");
  EXPECT_EQ(fetch().outcome, Outcome::kRefused);
  EXPECT_EQ(peer.line(), "GET /f/list.crl 200");
}

TEST_F(Fetch, TakesPem) {
  serve(pem_of(bench.ca.list({.number = 5})));
  EXPECT_EQ(fetch().outcome, Outcome::kImported);
}

TEST_F(Fetch, WhatGoesWrongOnTheWayReplacesNothing) {
  serve_list({.number = 5});
  fetch();
  const std::string good = source.sha256;
  serve_list({.number = 6});
  std::int64_t failures = 0;
  for (const char* name : {"status_500", "html", "redirect", "short", "reset", "announced", "chunks", "headers"}) {
    fault(name);
    EXPECT_EQ(fetch().outcome, Outcome::kFailed) << name;
    EXPECT_EQ(source.failures, ++failures) << name;
    EXPECT_FALSE(source.last_error.empty()) << name;
    EXPECT_EQ(source.sha256, good) << name;
    EXPECT_THAT(bench.in_force(), ElementsAre("05")) << name;
  }
  options.answer_time = std::chrono::milliseconds(100);
  for (const char* name : {"trickle", "silent"}) {
    fault(name);
    EXPECT_THAT(fetch().detail, HasSubstr("net.timeout")) << name;
  }
  peer.stop();
  EXPECT_THAT(fetch().detail, HasSubstr("net.unreachable"));
  EXPECT_THAT(bench.in_force(), ElementsAre("05"));
}

TEST_F(Fetch, ASuccessForgetsTheFailures) {
  fault("status_500");
  fetch();
  std::filesystem::remove(bench.folder / "list.crl.fault");
  serve_list({.number = 5});
  fetch();
  EXPECT_EQ(source.failures, 0);
  EXPECT_EQ(source.last_error, "");
}

TEST_F(Fetch, A304WithoutHavingAnythingIsAFailure) {
  fault("status_304");
  EXPECT_EQ(fetch().outcome, Outcome::kFailed);
  EXPECT_THAT(source.last_error, HasSubstr("304"));
}

TEST_F(Fetch, AnOlderOneAndAForeignOneAreRefused) {
  ASSERT_TRUE(bench.import({.number = 5}));
  serve_list({.number = 4});
  EXPECT_EQ(fetch().outcome, Outcome::kRefused);
  EXPECT_THAT(source.last_error, HasSubstr("older"));
  serve(std::string(as_text(Forge("CA").list({.number = 9}))));
  EXPECT_EQ(fetch().outcome, Outcome::kRefused);
  std::string broken(as_text(bench.ca.list({.number = 9})));
  broken.back() = static_cast<char>(broken.back() ^ 1);
  serve(broken);
  EXPECT_NE(fetch().outcome, Outcome::kImported);
  serve(broken.substr(0, broken.size() / 2));
  EXPECT_EQ(fetch().outcome, Outcome::kFailed);
  EXPECT_THAT(bench.in_force(), ElementsAre("05"));
}

TEST_F(Fetch, ADeltaBehindOurListIsNoFailureAndAGapIsTold) {
  ASSERT_TRUE(bench.import({.number = 5}));
  serve_list({.number = 5, .base = 4});
  EXPECT_EQ(fetch().outcome, Outcome::kUnchanged);
  serve_list({.number = 6, .base = 5});
  EXPECT_EQ(fetch().outcome, Outcome::kImported);
  serve_list({.number = 9, .base = 8});
  EXPECT_EQ(fetch().outcome, Outcome::kGap);
  EXPECT_THAT(bench.in_force(), ElementsAre("05", "06"));
}

TEST(Sources, OnlyWhatCanBeAsked) {
  for (const char* url : {"http://a.test/x.crl", "https://a.test", "http://[::1]:80/x", "http://a.test/CN=A,O=B?x"}) {
    EXPECT_TRUE(is_fetchable(url)) << url;
  }
  for (const char* url :
       {"ldap://a.test/x", "file:///etc/passwd", "http:///x", "http://u:p@a.test/", "http://a.test/ x",
        "http://a.test/#x", "http://:80/", "http://a\r\n.test/", "http://\xE3\x81\x82.test/"}) {
    EXPECT_FALSE(is_fetchable(url)) << url;
  }
  EXPECT_FALSE(is_fetchable("http://a.test/" + std::string(3000, 'x')));
}

TEST(Sources, AreThoseOfPinnedCasAndOfListsAndOfTheConfiguration) {
  const TrustBench bench("http://ca.test/root.crl");
  ASSERT_TRUE(bench.import({.freshest = "http://ca.test/delta.crl"}));
  const auto urls = collect_urls(*bench.store, *bench.trust->snapshot(), {"http://mine.test/a.crl"}, kNow);
  EXPECT_THAT(urls.value(), testing::UnorderedElementsAre("http://mine.test/a.crl", "http://ca.test/root.crl",
                                                          "http://ca.test/delta.crl"));
}

TEST(Sources, ALoginsCertificateCountsWhenItGotIn) {
  const TrustBench bench;
  const auto login = [&](const char* point, const char* outcome) {
    const Bytes der = Forge("Dr", point).certificate();
    const auto sha256 = auth::Certificate::parse(der)->facts().sha256;
    const LoginRecord record{.at = kNow,
                             .certificate = sha256,
                             .der = der,
                             .use = "authentication",
                             .facility = "",
                             .person = "",
                             .outcome = outcome,
                             .checks = ""};
    const std::vector<Change> changes{change::AddLogin{record}};
    ASSERT_TRUE(bench.store->commit(changes, {.at = kNow, .event = "test", .actor = "", .subject = ""}));
  };
  login("http://good.test/a.crl", "granted");
  login("http://evil.test/a.crl", "refused");
  const auto urls = collect_urls(*bench.store, *bench.trust->snapshot(), {}, kNow - hours(1));
  ASSERT_TRUE(urls) << describe(urls.error());
  EXPECT_THAT(*urls, ElementsAre("http://good.test/a.crl"));
  EXPECT_THAT(collect_urls(*bench.store, *bench.trust->snapshot(), {}, kNow + hours(1)).value(), ElementsAre());
}

}  // namespace
}  // namespace shomei::server
