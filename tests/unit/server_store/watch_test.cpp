#include <gtest/gtest.h>

#include "engines.h"

namespace shomei::server {
namespace {

const Time kNow = Time(std::chrono::seconds(1'775'000'000));

class WatchRecords : public testing::TestWithParam<std::string> {
 protected:
  FreshDatabase database{GetParam()};
  std::unique_ptr<Store> store = open_store(database.options()).value();
};

TEST_P(WatchRecords, ASourceIsAddedAndReplaced) {
  CrlSourceRecord source{.url = "http://a.test/1", .last_error = "away", .failures = 2, .next_try = kNow};
  ASSERT_TRUE(store->keep_crl_source(source));
  source = {.url = source.url, .sha256 = "ab", .etag = "\"x\"", .last_success = kNow, .next_try = kNow};
  ASSERT_TRUE(store->keep_crl_source(source));
  const auto kept = store->crl_sources();
  ASSERT_TRUE(kept) << describe(kept.error());
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().etag, "\"x\"");
  EXPECT_EQ(kept->front().failures, 0);
  EXPECT_EQ(kept->front().last_success, kNow);
  EXPECT_EQ(kept->front().last_try, std::nullopt);
}

TEST_P(WatchRecords, ANoticeIsAddedOnceAndSentOnce) {
  NoticeRecord notice{.key = "a", .kind = "expiry", .body = "{}", .made_at = kNow, .next_try = kNow};
  EXPECT_TRUE(store->add_notice(notice).value());
  EXPECT_FALSE(store->add_notice(notice).value());
  EXPECT_EQ(store->notices_to_send(kNow - std::chrono::seconds(1), 10)->size(), 0U);
  EXPECT_EQ(store->notices_to_send(kNow, 10)->size(), 1U);
  notice.sent_at = kNow;
  notice.attempts = 1;
  ASSERT_TRUE(store->keep_notice(notice));
  EXPECT_EQ(store->notices_to_send(kNow, 10)->size(), 0U);
  EXPECT_EQ(store->notices(10)->front().attempts, 1);
  EXPECT_EQ(store->audit_count().value(), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, WatchRecords, testing::ValuesIn(engines()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace shomei::server
