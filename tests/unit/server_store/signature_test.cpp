#include <gmock/gmock.h>

#include "engines.h"

namespace shomei::server {
namespace {

using std::chrono::seconds;

const Time kNow = Time(seconds(1'775'000'000));
const AuditEvent kEvent{.at = kNow, .event = "test", .actor = "a", .subject = "b"};

class SignatureRecords : public testing::TestWithParam<std::string> {
 protected:
  FreshDatabase database{GetParam()};
  std::unique_ptr<Store> store = open_store(database.options()).value();

  static change::AddSignature item(const std::string& id, const std::string& facility = "1") {
    return {.signature = {.id = id,
                          .facility = facility,
                          .person = "sato",
                          .name = "紹介状.p7s",
                          .wanted = "LT",
                          .level = "B",
                          .sha256 = "aa",
                          .bytes = 3,
                          .submitted_at = kNow,
                          .changed_at = kNow,
                          .next_try = kNow},
            .file = {1, 2, 3},
            .detached = {{.name = "紹介状.json", .content = Bytes(1'000'000, 0xA5)}},
            .most_of_facility = 2,
            .most = 3};
  }
  Result<void> commit(Change change) { return store->commit({&change, 1}, kEvent); }
  SignatureRecord take(const std::string& worker, Time now = kNow) {
    return store->take_signature(worker, now, now + seconds(300)).value().value();
  }
};

TEST_P(SignatureRecords, AreKeptWithTheirFilesUntilTheyAreRemoved) {
  ASSERT_TRUE(commit(item("x")));
  const auto found = store->find_signature("x").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "紹介状.p7s");
  EXPECT_EQ(found->state, "pending");
  EXPECT_EQ(found->next_try, kNow);
  const auto contents = store->signature_contents("x").value();
  ASSERT_EQ(contents.size(), 2U);
  EXPECT_EQ(contents[0].content, (Bytes{1, 2, 3}));
  EXPECT_EQ(contents[1].name, "紹介状.json");
  EXPECT_EQ(contents[1].content, Bytes(1'000'000, 0xA5));
  ASSERT_TRUE(commit(change::RemoveSignature{"x"}));
  EXPECT_FALSE(store->find_signature("x").value());
  EXPECT_EQ(store->signature_contents("x").error().code, Code::kStoreNotFound);
  EXPECT_EQ(commit(change::RemoveSignature{"x"}).error().code, Code::kStoreNotFound);
}

TEST_P(SignatureRecords, HaveRoomForSoManyAndNoneTwice) {
  ASSERT_TRUE(commit(item("a")));
  EXPECT_EQ(commit(item("a")).error().code, Code::kStoreConflict);
  ASSERT_TRUE(commit(item("b", "2")));
  ASSERT_TRUE(commit(item("c")));
  EXPECT_EQ(commit(item("d")).error().code, Code::kSignatureQueueFull);
  EXPECT_EQ(commit(item("d", "3")).error().code, Code::kSignatureQueueFull);
  const std::size_t records = store->audit(0, 100)->size();
  EXPECT_EQ(records, 3U);
  EXPECT_EQ(store->signatures({}, 10)->size(), 3U);
  EXPECT_EQ(store->signatures({.facility = "1"}, 10)->size(), 2U);
  EXPECT_EQ(store->signatures({.facility = "1", .state = "finished"}, 10)->size(), 0U);
  EXPECT_EQ(store->signatures({.state = "pending"}, 1)->size(), 1U);
}

TEST_P(SignatureRecords, AreInOnePairOfHands) {
  ASSERT_TRUE(commit(item("x")));
  SignatureRecord mine = take("first");
  EXPECT_EQ(mine.attempts, 1);
  EXPECT_FALSE(store->take_signature("second", kNow, kNow).value());
  // Its worker has died, says the time.
  SignatureRecord theirs = take("second", kNow + seconds(300));
  EXPECT_EQ(theirs.attempts, 2);
  mine.level = "T";
  EXPECT_EQ(commit(change::AdvanceSignature{mine, {9}}).error().code, Code::kStoreConflict);
  mine.attempts = 77;
  ASSERT_TRUE(store->put_back_signature(mine));
  EXPECT_EQ(store->find_signature("x").value()->attempts, 2);
  theirs.level = "T";
  theirs.state = "finished";
  theirs.changed_at = kNow + seconds(301);
  ASSERT_TRUE(commit(change::AdvanceSignature{theirs, {4, 5}}));
  EXPECT_EQ(store->signature_contents("x").value()[0].content, (Bytes{4, 5}));
  EXPECT_EQ(store->find_signature("x").value()->level, "T");
  // What is finished is nobody's work.
  EXPECT_FALSE(store->take_signature("third", kNow + seconds(9000), kNow + seconds(9300)).value());
  EXPECT_EQ(commit(change::AdvanceSignature{theirs, {}}).error().code, Code::kStoreConflict);
  EXPECT_EQ(store->old_signatures(kNow + seconds(301), 10)->size(), 0U);
  EXPECT_EQ(store->old_signatures(kNow + seconds(302), 10)->size(), 1U);
}

TEST_P(SignatureRecords, AreTakenInTheOrderInWhichTheyAreDue) {
  auto later = item("a");
  later.signature.next_try = kNow + seconds(5);
  ASSERT_TRUE(commit(later));
  ASSERT_TRUE(commit(item("b")));
  SignatureRecord one = take("w", kNow + seconds(5));
  EXPECT_EQ(one.id, "b");
  one.waits_for = "list";
  one.next_try = kNow + seconds(1000);
  one.reasons = "[1]";
  ASSERT_TRUE(store->put_back_signature(one));
  EXPECT_EQ(take("w", kNow + seconds(6)).id, "a");
  EXPECT_FALSE(store->take_signature("w", kNow + seconds(6), kNow + seconds(300)).value());
  ASSERT_TRUE(store->hurry_signatures("stamp", kNow + seconds(7)));
  EXPECT_FALSE(store->take_signature("w", kNow + seconds(7), kNow + seconds(300)).value());
  ASSERT_TRUE(store->hurry_signatures("list", kNow + seconds(7)));
  EXPECT_EQ(take("w", kNow + seconds(7)).reasons, "[1]");
}

TEST_P(SignatureRecords, AreCounted) {
  EXPECT_FALSE(store->count_signatures()->oldest);
  ASSERT_TRUE(commit(item("a")));
  auto second = item("b");
  second.signature.submitted_at = kNow - seconds(60);
  ASSERT_TRUE(commit(second));
  const SignatureCounts counts = store->count_signatures().value();
  EXPECT_EQ(counts.of_state.at("pending"), 2);
  EXPECT_EQ(counts.of_state.at("refused"), 0);
  EXPECT_EQ(counts.oldest, kNow - seconds(60));
}

TEST_P(SignatureRecords, MomentsAreKept) {
  EXPECT_FALSE(store->moment("x").value());
  ASSERT_TRUE(store->keep_moment("x", kNow));
  ASSERT_TRUE(store->keep_moment("x", kNow + seconds(1)));
  EXPECT_EQ(store->moment("x").value(), kNow + seconds(1));
}

INSTANTIATE_TEST_SUITE_P(Engines, SignatureRecords, testing::ValuesIn(engines()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace shomei::server
