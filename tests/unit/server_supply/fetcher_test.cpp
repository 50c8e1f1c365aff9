#include "server/trust/fetcher.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "forge.h"
#include "tests/doubles/web_peer.h"

namespace shomei::server {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{20};

struct Fetching : testing::Test {
  TrustBench bench;
  WebPeer peer{bench.folder};
  Metrics metrics;
  Notices notices{*bench.store, bench.clock, true};
  FreshnessRules freshness;
  FetchOptions options{.urls = {peer.url("/f/list.crl")}};
  int taken = 0;
  std::unique_ptr<Fetcher> fetcher;

  void make() {
    fetcher = Fetcher::create(options, {.store = *bench.store,
                                        .clock = bench.clock,
                                        .trust = *bench.trust,
                                        .notices = notices,
                                        .metrics = metrics,
                                        .freshness = freshness,
                                        .imported = [this](const CrlImport&) { ++taken; }})
                  .value();
  }
  void serve(const std::string& name, const ListPlan& plan) {
    ASSERT_TRUE(write_file(bench.folder / name, bench.ca.list(plan)));
  }
  FetchQueue::Entry fetch() { return fetcher->fetch_now("", kPatience)->front(); }
  std::uint64_t counted(const char* outcome) const {
    return metrics.value(Metrics::Counter::kCrlFetches, {{"url", options.urls[0]}, {"outcome", outcome}});
  }
};

TEST_F(Fetching, KeepsWhatHappenedInTheStore) {
  serve("list.crl", {.number = 5});
  make();
  EXPECT_EQ(fetch().outcome, "imported");
  const auto kept = bench.store->crl_sources().value();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].url, options.urls[0]);
  EXPECT_EQ(kept[0].last_success, kNow);
  EXPECT_GE(kept[0].next_try, kNow + std::chrono::minutes(48));
  EXPECT_LE(kept[0].next_try, kNow + std::chrono::minutes(72));
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(counted("imported"), 1U);
  // Another start goes on from there.
  make();
  EXPECT_EQ(fetch().outcome, "unchanged");
  EXPECT_EQ(peer.line(), "GET /f/list.crl 200");
  EXPECT_EQ(peer.line(), "GET /f/list.crl 304");
  EXPECT_EQ(taken, 1);
}

TEST_F(Fetching, WorksByItselfAndOnDemand) {
  serve("list.crl", {.number = 5});
  make();
  fetcher->start();
  EXPECT_EQ(peer.line(), "GET /f/list.crl 200");
  serve("list.crl", {.number = 6});
  // Waits for the one under way, and fetches again.
  fetch();
  EXPECT_THAT(bench.in_force(), ElementsAre("06"));
  EXPECT_EQ(fetcher->fetch_now("http://else.test/", kPatience).error().code, Code::kStoreNotFound);
}

TEST_F(Fetching, StopsInTheMiddleOfAFetch) {
  ASSERT_TRUE(write_file(bench.folder / "list.crl.fault", as_bytes("silent")));
  make();
  fetcher->start();
  EXPECT_EQ(peer.line(), "GET /f/list.crl 0");
  fetcher->stop();
  EXPECT_EQ(counted("failed"), 0U);
  EXPECT_TRUE(bench.store->crl_sources()->empty());
}

TEST_F(Fetching, ASourceThatStaysAwayIsToldOnce) {
  make();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(fetch().outcome, "failed");
  }
  const auto told = bench.store->notices(10).value();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, "crl.fetch");
  EXPECT_THAT(told[0].body, HasSubstr("HTTP status 404"));
  EXPECT_EQ(counted("failed"), 5U);
}

TEST_F(Fetching, AListThatMustNotBeTakenIsToldAtOnce) {
  ASSERT_TRUE(bench.import({.number = 7}));
  serve("list.crl", {.number = 5});
  make();
  EXPECT_EQ(fetch().outcome, "refused");
  EXPECT_EQ(bench.store->notices(10)->size(), 1U);
  EXPECT_THAT(bench.in_force(), ElementsAre("07"));
}

TEST_F(Fetching, AGapBringsTheCompleteList) {
  ASSERT_TRUE(bench.import({.number = 5}));
  options.urls = {peer.url("/f/delta.crl"), peer.url("/f/list.crl")};
  serve("delta.crl", {.number = 9, .base = 8});
  serve("list.crl", {.number = 8});
  make();
  ASSERT_TRUE(fetcher->fetch_now(options.urls[0], kPatience));
  EXPECT_THAT(bench.in_force(), ElementsAre("08"));
  ASSERT_TRUE(fetcher->fetch_now(options.urls[0], kPatience));
  EXPECT_THAT(bench.in_force(), ElementsAre("08", "09"));
}

TEST_F(Fetching, GoesThroughTheProxy) {
  serve("list.crl", {.number = 5});
  options.proxy = "http://127.0.0.1:" + std::to_string(peer.proxy);
  make();
  EXPECT_EQ(fetch().outcome, "imported");
  EXPECT_EQ(peer.line(), "proxy GET " + options.urls[0]);
}

}  // namespace
}  // namespace shomei::server
