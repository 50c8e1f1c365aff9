// The queue of signatures with signing/ played by a double: times, failures, restarts, several servers.
#include <gmock/gmock.h>

#include "signature_bench.h"

namespace shomei::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

struct SignatureQueueTest : testing::Test {
  SignatureBench bench;
  std::string id_of(const std::string& text, signing::Level level = signing::Level::kT) {
    return bench.submit(text, level).value().id;
  }
  Json shown(const std::string& id) { return Json(to_json(bench.now(id), bench.settings.keep, Language::kEn)); }
  std::vector<std::string> notices() {
    std::vector<std::string> kinds;
    const auto all = bench.store->notices(100).value();
    for (const NoticeRecord& notice : all) {
      kinds.push_back(notice.kind);
    }
    return kinds;
  }
};

TEST(RetryTimes, AreFromAMinuteToAnHour) {
  const RetryTimes least([] { return 0.0; });
  const RetryTimes most([] { return 1.0; });
  EXPECT_EQ(least.after(1), minutes(1));
  EXPECT_EQ(least.after(2), minutes(2));
  EXPECT_EQ(most.after(1), seconds(72));
  EXPECT_EQ(least.after(7), hours(1));
  EXPECT_EQ(most.after(7), hours(1));
  EXPECT_EQ(most.after(1'000'000), hours(1));
}

TEST_F(SignatureQueueTest, GoesUpLevelByLevelEachInOneCommit) {
  const std::string id = id_of("doc", signing::Level::kLTA);
  EXPECT_EQ(shown(id)["pending"], Json({"T", "LT", "LTA"}));
  bench.worker->work();
  EXPECT_EQ(bench.now(id).state, "finished");
  EXPECT_EQ(bench.now(id).level, "LTA");
  EXPECT_EQ(bench.file(id), "doc|T|LT|LTA");
  EXPECT_THAT(bench.audited(), ElementsAre("submitted", "extended", "extended", "finished"));
  EXPECT_EQ(bench.now(id).sha256, to_hex(sha256(as_bytes("doc|T|LT|LTA"))));
  EXPECT_EQ(shown(id)["pending"], Json::array());
}

TEST_F(SignatureQueueTest, WaitsForStampsAndIsBackWithThem) {
  bench.stamps.away = true;
  const std::string first = id_of("one");
  const std::string second = id_of("two");
  bench.worker->work();
  const Json waiting = shown(first);
  EXPECT_EQ(waiting["state"], "pending");
  EXPECT_EQ(waiting["level"], "B");
  EXPECT_EQ(waiting["pending"], Json({"T"}));
  EXPECT_EQ(waiting["pending_until"], Json());
  EXPECT_EQ(waiting["reasons"][0]["id"], "net.unreachable");
  EXPECT_THAT(waiting["reasons"][0]["text"], HasSubstr("tsa.test"));
  EXPECT_EQ(bench.file(first), "one");
  EXPECT_EQ(bench.now(first).next_try, bench.clock.now() + minutes(1));
  bench.work_after(seconds(59));
  EXPECT_EQ(bench.stamps.asked, 2);
  bench.work_after(seconds(1));
  EXPECT_EQ(bench.stamps.asked, 4);
  EXPECT_EQ(bench.now(first).next_try, bench.clock.now() + minutes(2));
  // They are back. One alone is due, and brings the other with it.
  SignatureRecord other = bench.now(second);
  other.next_try += hours(1);
  ASSERT_TRUE(bench.store->put_back_signature(other));
  bench.stamps.away = false;
  bench.work_after(minutes(2));
  EXPECT_EQ(bench.now(first).state, "finished");
  EXPECT_EQ(bench.now(second).state, "finished");
  EXPECT_EQ(bench.file(second), "two|T");
}

TEST_F(SignatureQueueTest, TellsOnceThatStampsAreAwayAlsoOverARestart) {
  const std::string good = id_of("good");
  bench.worker->work();
  ASSERT_EQ(bench.now(good).state, "finished");
  bench.stamps.away = true;
  id_of("one");
  bench.worker->work();
  EXPECT_THAT(notices(), ElementsAre());
  for (int i = 0; i < 5; ++i) {
    bench.work_after(hours(1));
  }
  EXPECT_THAT(notices(), ElementsAre("timestamp.away"));
  bench.restart();
  for (int i = 0; i < 5; ++i) {
    bench.work_after(hours(1));
  }
  EXPECT_THAT(notices(), ElementsAre("timestamp.away"));
  // The next time is another.
  bench.stamps.away = false;
  bench.work_after(hours(1));
  bench.stamps.away = true;
  id_of("two");
  for (int i = 0; i < 5; ++i) {
    bench.work_after(hours(1));
  }
  EXPECT_THAT(notices(), ElementsAre("timestamp.away", "timestamp.away"));
}

TEST_F(SignatureQueueTest, WaitsForTheNextListAndIsTriedWhenTrustChanges) {
  bench.signing.list_missing = true;
  bench.signing.list_at = bench.clock.now() + hours(48);
  const std::string id = id_of("doc", signing::Level::kLT);
  bench.worker->work();
  EXPECT_EQ(bench.now(id).level, "T");
  EXPECT_EQ(shown(id)["pending"], Json({"LT"}));
  EXPECT_EQ(shown(id)["pending_until"], to_rfc3339(*bench.signing.list_at));
  EXPECT_EQ(bench.now(id).next_try, *bench.signing.list_at + minutes(1));
  const int before = bench.signing.extended;
  bench.work_after(hours(24));
  EXPECT_EQ(bench.signing.extended, before);
  bench.signing.list_missing = false;
  bench.change_trust();
  bench.worker->work();
  EXPECT_EQ(bench.now(id).state, "finished");
  EXPECT_EQ(bench.stamps.asked, 1);
}

TEST_F(SignatureQueueTest, AListThatIsLateIsLookedForWithBackOff) {
  bench.signing.list_missing = true;
  bench.signing.list_at = bench.clock.now() + hours(1);
  const std::string id = id_of("doc", signing::Level::kLT);
  bench.worker->work();
  bench.work_after(hours(1) + minutes(1));
  EXPECT_EQ(bench.now(id).next_try, bench.clock.now() + minutes(2));
  bench.signing.list_missing = false;
  bench.work_after(minutes(2));
  EXPECT_EQ(bench.now(id).state, "finished");
}

TEST_F(SignatureQueueTest, OneThatFailsHoldsUpNoOther) {
  std::vector<std::string> bad;
  for (const char* text : {"thrown", "broken", "forged", "grows"}) {
    bad.push_back(id_of(text));
  }
  const std::string good = id_of("good");
  bench.worker->work();
  EXPECT_EQ(bench.now(good).state, "finished");
  EXPECT_EQ(bench.now(bad[0]).state, "pending");
  EXPECT_EQ(shown(bad[0])["reasons"][0]["id"], "internal");
  EXPECT_EQ(shown(bad[1])["reasons"][0]["id"], "crypto.failed");
  EXPECT_EQ(bench.now(bad[3]).state, "refused");
  EXPECT_EQ(shown(bad[3])["reasons"][0]["id"], "input.too_large");
  EXPECT_EQ(bench.file(bad[3]), "grows");
}

TEST_F(SignatureQueueTest, WhatDoesNotVerifyIsRefusedWithReasonsAndStaysAsItIs) {
  const std::string id = id_of("forged");
  bench.worker->work();
  const Json refused = shown(id);
  EXPECT_EQ(refused["state"], "refused");
  EXPECT_EQ(refused["level"], "B");
  EXPECT_EQ(refused["pending"], Json::array());
  EXPECT_EQ(refused["reasons"][0]["id"], "sign.not_valid");
  EXPECT_EQ(refused["reasons"][1], Json({{"id", "reference.changed"}, {"text", "E"}}));
  EXPECT_EQ(Json(to_json(bench.now(id), bench.settings.keep, Language::kJa))["reasons"][1]["text"], "日");
  EXPECT_EQ(bench.file(id), "forged");
  EXPECT_EQ(bench.stamps.asked, 0);
  EXPECT_THAT(bench.audited(), ElementsAre("submitted", "refused"));
  // Once more is once more.
  EXPECT_EQ(id_of("forged"), id);
  EXPECT_EQ(bench.now(id).state, "pending");
}

TEST_F(SignatureQueueTest, ARestartGoesOnWhereItWas) {
  bench.stamps.away = true;
  const std::string id = id_of("doc", signing::Level::kLT);
  bench.worker->work();
  bench.restart();
  bench.worker->work();
  EXPECT_EQ(bench.stamps.asked, 1);
  bench.stamps.away = false;
  bench.work_after(minutes(1));
  EXPECT_EQ(bench.file(id), "doc|T|LT");
}

/// A store that fails to commit for a while.
TEST_F(SignatureQueueTest, ACrashBetweenStampAndCommitLosesNothing) {
  const std::string id = id_of("doc");
  // Taken, stamped, and then the process was gone.
  ASSERT_TRUE(
      bench.store->take_signature("gone", bench.clock.now(), bench.clock.now() + SignatureWorker::kLease).value());
  ASSERT_TRUE(bench.stamps.stamp(DigestAlgorithm::kSha256, {}));
  bench.restart();
  bench.work_after(SignatureWorker::kLease - seconds(1));
  EXPECT_EQ(bench.file(id), "doc");
  bench.work_after(seconds(1));
  EXPECT_EQ(bench.file(id), "doc|T");
  EXPECT_EQ(bench.stamps.asked, 2);
  EXPECT_THAT(bench.audited(), ElementsAre("submitted", "finished"));
}

TEST_F(SignatureQueueTest, TwoServersDoNotWorkOnOne) {
  FakeSigning other_signing;
  SignatureParts other_parts{.store = *bench.store,
                             .clock = bench.clock,
                             .trust = *bench.trust,
                             .metrics = *bench.metrics,
                             .settings = bench.settings,
                             .tools = other_signing.tools()};
  SignatureWorker other(other_parts, bench.desk.get(), [] { return 0.0; });
  const std::string id = id_of("doc");
  // While the first has it in hands, the second looks for work.
  const auto extend = bench.parts->tools.extend;
  bench.parts->tools.extend = [&](const signing::ExtendRequest& request) {
    other.work();
    return extend(request);
  };
  bench.worker->work();
  EXPECT_EQ(other_signing.extended, 0);
  EXPECT_EQ(bench.now(id).state, "finished");
  // The first is so slow that the second takes over: one result counts.
  const std::string slow = id_of("slow");
  bench.parts->tools.extend = [&](const signing::ExtendRequest& request) {
    bench.clock.advance(SignatureWorker::kLease);
    other.work();
    return extend(request);
  };
  bench.worker->work();
  EXPECT_EQ(other_signing.extended, 1);
  EXPECT_EQ(bench.file(slow), "slow|T");
  EXPECT_THAT(bench.audited(), ElementsAre("submitted", "finished", "submitted", "finished"));
}

TEST_F(SignatureQueueTest, WhatIsTakenAwayMeanwhileStaysAway) {
  const std::string id = id_of("doc");
  const auto extend = bench.parts->tools.extend;
  bench.parts->tools.extend = [&](const signing::ExtendRequest& request) {
    EXPECT_TRUE(bench.signatures->remove(id, "1", "sato"));
    return extend(request);
  };
  bench.worker->work();
  EXPECT_FALSE(bench.signatures->find(id, ""));
  EXPECT_FALSE(bench.store->signature_contents(id));
  EXPECT_THAT(bench.audited(), ElementsAre("submitted", "removed"));
}

TEST_F(SignatureQueueTest, TheEndOfTheServerIsNoFailure) {
  const std::string id = id_of("doc");
  std::stop_source stopping;
  const auto extend = bench.parts->tools.extend;
  bench.parts->tools.extend = [&](const signing::ExtendRequest& request) {
    stopping.request_stop();
    bench.stamps.away = true;
    return extend(request);
  };
  bench.worker->work(stopping.get_token());
  EXPECT_EQ(bench.now(id).next_try, bench.clock.now());
  EXPECT_EQ(bench.now(id).attempts, 0);
}

TEST_F(SignatureQueueTest, HasRoomForSoManyOfAFacilityAndInAll) {
  bench.settings.most_of_facility = 2;
  bench.settings.most = 3;
  ASSERT_TRUE(bench.submit("a"));
  ASSERT_TRUE(bench.submit("b"));
  EXPECT_EQ(bench.submit("c").error().code, Code::kSignatureQueueFull);
  // The same again is no other.
  EXPECT_TRUE(bench.submit("a"));
  ASSERT_TRUE(bench.submit("a", signing::Level::kT, "2"));
  EXPECT_EQ(bench.submit("b", signing::Level::kT, "2").error().code, Code::kSignatureQueueFull);
}

TEST_F(SignatureQueueTest, TakesNothingThatIsTooLargeOrUnreadableOrHasTheLevel) {
  bench.settings.max_bytes = 10;
  EXPECT_EQ(bench.submit("0123456789").error().code, Code::kInputTooLarge);
  EXPECT_EQ(bench.submit("garbage").error().code, Code::kCmsMalformed);
  EXPECT_EQ(bench.submit("doc|T").error().code, Code::kUsage);
  EXPECT_TRUE(bench.submit("doc|T", signing::Level::kLT));
  EXPECT_THAT(bench.audited(), ElementsAre("submitted"));
}

TEST_F(SignatureQueueTest, BelongsToItsFacility) {
  const std::string id = id_of("doc");
  EXPECT_TRUE(bench.signatures->find(id, "1"));
  EXPECT_EQ(bench.signatures->find(id, "2").error().code, Code::kStoreNotFound);
  EXPECT_EQ(bench.signatures->file(id, "2").error().code, Code::kStoreNotFound);
  EXPECT_EQ(bench.signatures->remove(id, "2", "x").error().code, Code::kStoreNotFound);
  EXPECT_TRUE(bench.signatures->remove(id, "1", "sato"));
}

TEST_F(SignatureQueueTest, WhatIsFinishedGoesAfterItsTimeAndWhatWaitsNever) {
  bench.settings.keep = std::chrono::days(2);
  const std::string done = id_of("done");
  bench.worker->work();
  bench.stamps.away = true;
  const std::string waiting = id_of("waiting");
  bench.work_after(hours(48));
  EXPECT_TRUE(bench.signatures->find(done, ""));
  bench.work_after(seconds(1));
  EXPECT_FALSE(bench.signatures->find(done, ""));
  bench.work_after(hours(24 * 400));
  EXPECT_EQ(bench.file(waiting), "waiting");
  EXPECT_THAT(bench.audited(), ElementsAre("submitted", "finished", "submitted", "expired"));
}

TEST_F(SignatureQueueTest, Counts) {
  bench.stamps.away = true;
  id_of("one");
  bench.work_after(seconds(30));
  const std::string text = bench.metrics->text();
  EXPECT_THAT(text, HasSubstr("shomei_signatures{state=\"pending\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("shomei_signatures{state=\"finished\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("shomei_signatures_oldest_pending_seconds 30\n"));
  EXPECT_THAT(text, HasSubstr("shomei_signatures_total{outcome=\"submitted\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("shomei_timestamps_total{outcome=\"net.unreachable\"} 1\n"));
}

}  // namespace
}  // namespace shomei::server
