#include <gmock/gmock.h>

#include <deque>

#include "auth/x509/load.h"
#include "forge.h"
#include "server/watch/watcher.h"
#include "server/watch/webhook.h"

namespace shomei::server {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// Answers with these statuses, one by one; zero: unreachable.
struct Receiver final : Transport {
  std::deque<int> statuses;
  std::vector<HttpRequest> requests;
  Result<HttpResponse> send(const HttpRequest& request) override {
    requests.push_back(request);
    const int status = statuses.empty() ? 204 : statuses.front();
    if (!statuses.empty()) {
      statuses.pop_front();
    }
    return status == 0 ? Result<HttpResponse>(fail(Code::kNetUnreachable)) : HttpResponse{.status = status};
  }
};

TEST(WebhookSignature, IsRfc4231) {
  EXPECT_EQ(webhook_signature(Bytes(20, 0x0B), "Hi There"),
            "sha256=b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(webhook_signature(to_bytes(as_bytes("Jefe")), "what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(WebhookUrl, IsHttpsOrThisMachine) {
  for (const char* url : {"https://a.test/x", "http://127.0.0.1:8080/x", "http://localhost", "http://[::1]/x"}) {
    EXPECT_TRUE(check_webhook_url(url)) << url;
  }
  for (const char* url : {"http://a.test/x", "http://localhost.evil.test/", "http://127.0.0.1.evil.test/", "ftp://a"}) {
    EXPECT_FALSE(check_webhook_url(url)) << url;
  }
}

struct Watch : testing::Test {
  TrustBench bench;
  Metrics metrics;
  Notices notices{*bench.store, bench.clock, true};
  FreshnessRules freshness;
  Watcher watcher{
      {.store = *bench.store, .clock = bench.clock, .trust = *bench.trust, .freshness = freshness, .notices = notices}};
  Webhook webhook{*bench.store, bench.clock, metrics, {.url = "https://hook.test/", .secret = Bytes(16, 'k')}};
  Receiver receiver;

  std::vector<std::string> told() {
    std::vector<std::string> keys;
    const auto records = bench.store->notices(100).value();
    for (const NoticeRecord& notice : records) {
      keys.push_back(notice.key);
    }
    std::ranges::sort(keys);
    return keys;
  }
};

TEST_F(Watch, TellsEachLevelOfAListOnce) {
  const auto list = bench.import({.number = 5}).value();
  const std::string key = "crl.level:" + list.record.sha256 + ":";
  watcher.look();
  EXPECT_THAT(told(), testing::Not(testing::Contains(HasSubstr("crl.level"))));
  bench.clock.advance(hours(60));
  watcher.look();
  watcher.look();
  bench.clock.advance(hours(20));
  watcher.look();
  bench.clock.advance(hours(20));
  watcher.look();
  EXPECT_THAT(told(), testing::IsSupersetOf({key + "alarm", key + "stale", key + "warn"}));
  EXPECT_EQ(std::ranges::count_if(told(), [](const std::string& one) { return one.contains("crl.level"); }), 3);
}

TEST_F(Watch, TellsAnExpiryAtEachThresholdOnce) {
  // The CA has twenty days left: only the nearest threshold counts.
  const auto thresholds = [&] {
    std::vector<std::string> found;
    for (const std::string& key : told()) {
      found.push_back(key.substr(key.rfind(':') + 1));
    }
    return found;
  };
  watcher.look();
  EXPECT_THAT(thresholds(), ElementsAre("30"));
  bench.clock.advance(hours(24 * 12));
  watcher.look();
  EXPECT_THAT(thresholds(), ElementsAre("30"));
  bench.clock.advance(hours(24));
  watcher.look();
  EXPECT_THAT(thresholds(), ElementsAre("30", "7"));
  bench.clock.advance(hours(24 * 8));
  watcher.look();
  EXPECT_THAT(thresholds(), ElementsAre("0", "30", "7"));
  watcher.look();
  EXPECT_EQ(told().size(), 3U);
}

TEST_F(Watch, FilesThatAreNamedAreWatchedByTheirKind) {
  const std::filesystem::path pki = SHOMEI_SOURCE_DIR "/testcerts/hpki/fixed";
  const std::vector<WatchedFile> files{{.kind = "tsa", .file = pki / "tsa/tsa.cer"}};
  const Time end = auth::load_certificate(files[0].file)->facts().not_after;
  const auto of_kind = [&](Time now) {
    const auto found = expiring(*bench.store, *bench.trust->snapshot(), files, now, 90).value();
    return std::ranges::count(found, "tsa", &Expiring::kind);
  };
  EXPECT_EQ(of_kind(end - hours(24 * 91)), 0);
  EXPECT_EQ(of_kind(end - hours(24 * 90)), 1);
  EXPECT_EQ(of_kind(end + hours(24)), 1);
  EXPECT_FALSE(expiring(*bench.store, *bench.trust->snapshot(), {{.kind = "tsa", .file = pki / "no.cer"}}, end, 90));
}

TEST_F(Watch, TheWebhookGetsEachNoticeAndItsSignature) {
  notices.tell({.key = "a", .kind = "expiry", .en = "english", .ja = "日本語"});
  ASSERT_TRUE(webhook.send_due(receiver));
  ASSERT_EQ(receiver.requests.size(), 1U);
  const HttpRequest& request = receiver.requests[0];
  EXPECT_EQ(request.url, "https://hook.test/");
  EXPECT_EQ(request.headers.at("X-Shomei-Event"), "expiry");
  EXPECT_EQ(request.headers.at("X-Shomei-Signature-256"), webhook_signature(Bytes(16, 'k'), request.body));
  const Json body = Json::parse(request.body);
  EXPECT_EQ(body["id"], "a");
  EXPECT_EQ(body["text"]["ja"], "日本語");
  EXPECT_EQ(body["at"], "2026-04-01T00:00:00Z");
  ASSERT_TRUE(webhook.send_due(receiver));
  EXPECT_EQ(receiver.requests.size(), 1U);
  EXPECT_EQ(metrics.value(Metrics::Counter::kNotices, {{"outcome", "sent"}}), 1U);
}

TEST_F(Watch, TheWebhookIsTriedAgainWithBackOff) {
  notices.tell({.key = "a", .kind = "expiry"});
  notices.tell({.key = "b", .kind = "expiry"});
  receiver.statuses = {0, 500, 302};
  ASSERT_TRUE(webhook.send_due(receiver));
  EXPECT_EQ(receiver.requests.size(), 1U);  // the second one waits for the first to go through
  ASSERT_TRUE(webhook.send_due(receiver));
  EXPECT_EQ(receiver.requests.size(), 2U);  // "a" waits, "b" is tried
  bench.clock.advance(seconds(29));
  ASSERT_TRUE(webhook.send_due(receiver));
  EXPECT_EQ(receiver.requests.size(), 2U);
  bench.clock.advance(seconds(1));
  ASSERT_TRUE(webhook.send_due(receiver));  // a redirect is no success
  EXPECT_EQ(receiver.requests.size(), 3U);
  bench.clock.advance(hours(1));
  ASSERT_TRUE(webhook.send_due(receiver));
  EXPECT_EQ(receiver.requests.size(), 5U);
  EXPECT_TRUE(bench.store->notices_to_send(kNow + hours(9), 10)->empty());
}

TEST_F(Watch, AListIsAGauge) {
  ASSERT_TRUE(bench.import({.number = 5, .entries = {{1}, {2}}}));
  bench.clock.advance(hours(60));
  MetricsText text;
  watcher.look();
  watcher.write_metrics(text);
  EXPECT_THAT(text.text(), HasSubstr("# TYPE shomei_crl_level gauge\nshomei_crl_level{issuer=\"CN=CA\",scope=\""));
  EXPECT_THAT(text.text(), testing::ContainsRegex("shomei_crl_level\\{[^}]*\\} 1\n"));
  EXPECT_THAT(text.text(), testing::ContainsRegex("shomei_crl_entries\\{[^}]*\\} 2\n"));
  EXPECT_THAT(text.text(), testing::ContainsRegex("shomei_crl_age_seconds\\{[^}]*\\} 219600\n"));
  EXPECT_THAT(text.text(), HasSubstr("shomei_expiring_certificates{kind=\"anchor\",days=\"30\"} 1\n"));
  EXPECT_THAT(text.text(), HasSubstr("shomei_expiring_certificates{kind=\"anchor\",days=\"7\"} 0\n"));
}

TEST(MetricsFormat, EscapesAndCounts) {
  Metrics metrics;
  metrics.count(Metrics::Counter::kLogins, {{"outcome", "a\"b\\c\nd"}});
  metrics.count(Metrics::Counter::kLogins, {{"outcome", "granted"}});
  metrics.count(Metrics::Counter::kLogins, {{"outcome", "granted"}});
  metrics.add_collector([](MetricsText& text) {
    text.family("shomei_x", "gauge", "X.");
    text.sample(Labels{}, 1.5);
  });
  EXPECT_THAT(metrics.text(), HasSubstr("# TYPE shomei_logins_total counter\n"
                                        "shomei_logins_total{outcome=\"a\\\"b\\\\c\\nd\"} 1\n"
                                        "shomei_logins_total{outcome=\"granted\"} 2\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("# HELP shomei_x X.\n# TYPE shomei_x gauge\nshomei_x 1.5\n"));
}

TEST(MetricsFormat, SeriesAreBounded) {
  Metrics metrics;
  for (std::size_t i = 0; i < 2 * Metrics::kMaxSeries; ++i) {
    metrics.count(Metrics::Counter::kLogins, {{"outcome", std::to_string(i)}});
  }
  EXPECT_EQ(metrics.value(Metrics::Counter::kLogins, {{"outcome", "1"}}), 1U);
  EXPECT_EQ(metrics.value(Metrics::Counter::kLogins, {{"outcome", std::to_string(Metrics::kMaxSeries)}}), 0U);
}

}  // namespace
}  // namespace shomei::server
