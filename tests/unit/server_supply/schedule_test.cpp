#include <gmock/gmock.h>

#include "server/trust/fetch_schedule.h"

namespace shomei::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kNow = parse_rfc3339("2026-04-01T00:00:00Z").value();

FetchSchedule schedule(double random = 0.5, FetchRules rules = {}) {
  return {rules, [random] { return random; }};
}

ListAge age(hours old, Level level = Level::kGood) {
  return {.this_update = kNow - old, .next_update = kNow - old + hours(96), .level = level};
}

TEST(Schedule, EveryHourSpreadByAFifth) {
  EXPECT_EQ(schedule().after_success(kNow, std::nullopt), kNow + hours(1));
  EXPECT_EQ(schedule(0).after_success(kNow, age(hours(1))), kNow + minutes(48));
  EXPECT_LE(schedule(0.999).after_success(kNow, age(hours(1))), kNow + minutes(72));
  EXPECT_GT(schedule(0.999).after_success(kNow, age(hours(1))), kNow + minutes(71));
}

TEST(Schedule, MoreOftenWhenTheListGrowsOldOrTheNextIsDue) {
  EXPECT_EQ(schedule().after_success(kNow, age(hours(60), Level::kWarn)), kNow + minutes(15));
  EXPECT_EQ(schedule().after_success(kNow, age(hours(80), Level::kAlarm)), kNow + minutes(5));
  EXPECT_EQ(schedule().after_success(kNow, age(hours(97), Level::kStale)), kNow + minutes(5));
  ListAge daily = age(hours(23));
  daily.rhythm = hours(24);
  EXPECT_EQ(schedule().after_success(kNow, daily), kNow + hours(1));
  daily.this_update = kNow - hours(24);
  EXPECT_EQ(schedule().after_success(kNow, daily), kNow + minutes(15));
}

TEST(Schedule, OnceMoreBeforeNextUpdate) {
  ListAge list = age(hours(1));
  list.next_update = kNow + minutes(30);
  EXPECT_EQ(schedule().after_success(kNow, list), kNow + minutes(27));
}

TEST(Schedule, BacksOffUpToACap) {
  const auto wait = [](std::int64_t failures) { return schedule().after_failure(kNow, failures, std::nullopt) - kNow; };
  EXPECT_EQ(wait(1), minutes(1));
  EXPECT_EQ(wait(2), minutes(2));
  EXPECT_EQ(wait(5), minutes(16));
  EXPECT_EQ(wait(7), hours(1));
  EXPECT_EQ(wait(1'000'000), hours(1));
  EXPECT_EQ(schedule().after_failure(kNow, 9, age(hours(80), Level::kAlarm)), kNow + minutes(5));
}

TEST(Schedule, KnowsTheIssuersRhythm) {
  std::vector<CrlRecord> lists;
  for (const int day : {0, 2, 4, 7, 8}) {
    CrlRecord list;
    list.scope = "s";
    list.this_update = kNow + hours(24 * day);
    lists.push_back(list);
    list.scope = "other";
    lists.push_back(list);
  }
  EXPECT_EQ(rhythm_of(lists, "s"), hours(48));
  EXPECT_EQ(rhythm_of(std::span(lists).first(4), "s"), std::nullopt);
}

TEST(Queue, TakesWhatIsDueOneForEachHost) {
  FetchQueue queue;
  queue.set_sources({{.url = "http://a.test/1", .next_try = kNow - seconds(2)},
                     {.url = "http://A.test/2", .next_try = kNow - seconds(3)},
                     {.url = "http://b.test/1", .next_try = kNow},
                     {.url = "http://c.test/1", .next_try = kNow + seconds(9)}});
  const auto first = queue.take(kNow);
  EXPECT_EQ(first->url, "http://A.test/2");
  EXPECT_EQ(queue.take(kNow)->url, "http://b.test/1");
  EXPECT_FALSE(queue.take(kNow));
  EXPECT_EQ(queue.next_due(), kNow + seconds(9));
  CrlSourceRecord done = *first;
  done.next_try = kNow + hours(1);
  queue.done(done, "imported", "");
  EXPECT_EQ(queue.take(kNow)->url, "http://a.test/1");
}

TEST(Queue, WhatIsAskedForComesFirst) {
  FetchQueue queue;
  queue.set_sources(
      {{.url = "http://a.test/1", .next_try = kNow}, {.url = "http://b.test/1", .next_try = kNow + hours(1)}});
  EXPECT_FALSE(queue.want("http://c.test/1"));
  EXPECT_TRUE(queue.want("http://b.test/1"));
  EXPECT_FALSE(queue.idle("http://b.test/1"));
  const auto taken = queue.take(kNow);
  EXPECT_EQ(taken->url, "http://b.test/1");
  EXPECT_FALSE(queue.idle("http://b.test/1"));
  queue.done(*taken, "unchanged", "");
  EXPECT_TRUE(queue.idle("http://b.test/1"));
}

TEST(Queue, SourcesThatGoAndStay) {
  FetchQueue queue;
  queue.set_sources({{.url = "http://a.test/1"}, {.url = "http://b.test/1"}});
  const auto running = queue.take(kNow);
  queue.set_sources({{.url = "http://c.test/1"}});
  EXPECT_EQ(queue.entries().size(), 2U);
  queue.done(*running, "failed", "");
  queue.set_sources({{.url = "http://c.test/1"}});
  EXPECT_EQ(queue.entries().size(), 1U);
}

}  // namespace
}  // namespace shomei::server
