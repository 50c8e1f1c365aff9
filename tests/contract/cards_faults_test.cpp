#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "cards/card_watch.h"
#include "cards/identify.h"
#include "tests/contract/card_fixture.h"

namespace shomei::cards {
namespace {

using namespace std::chrono_literals;

class CardFaults : public CardTest {};

/// Collects events; `expect` waits for the next one, with a limit that only a failure reaches.
class Witness {
 public:
  CardWatch::Handler handler() {
    return [this](const CardEvent& event) {
      const std::scoped_lock lock(mutex_);
      events_.push_back(event);
      changed_.notify_all();
    };
  }
  std::optional<CardEvent> next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 10s, [&] { return taken_ < events_.size(); })) {
      return std::nullopt;
    }
    return events_[taken_++];
  }
  /// The next event of this kind, others skipped.
  bool sees(CardEvent::Kind kind) {
    while (const auto event = next()) {
      if (event->kind == kind) {
        return true;
      }
    }
    return false;
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex_);
    return events_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CardEvent> events_;
  std::size_t taken_ = 0;
};

TEST_F(CardFaults, pulled_mid_command_is_removed_and_next_card_works) {
  for (const char* ins : {"die B0", "die 20", "die 2A"}) {
    {
      auto connection = connect();
      const auto channel = *connection.begin();
      card_.send(ins);
      const auto work = [&]() -> Result<Bytes> {
        SHOMEI_TRY(const auto application, open_hpki(*channel, Use::kSignature));
        SHOMEI_TRY(const auto outcome, application.verify_pin(*channel, typed("2468")));
        EXPECT_EQ(outcome.kind, PinOutcome::Kind::kVerified);
        return application.sign(*channel, DigestAlgorithm::kSha256, sha256({}));
      };
      const auto result = work();
      ASSERT_FALSE(result) << ins;
      EXPECT_EQ(result.error().code, Code::kCardRemoved) << ins << ": " << describe(result.error());
      EXPECT_EQ(open_hpki(*channel, Use::kSignature).error().code, Code::kCardRemoved) << ins;
    }
    card_.send("die off");
    card_.send("insert");
    auto connection = connect();
    EXPECT_TRUE(open_hpki(**connection.begin(), Use::kSignature));
  }
}

TEST_F(CardFaults, reset_by_another_program_is_overcome_by_the_next_transaction) {
  auto ours = connect();
  auto theirs = connect();
  const auto application = open_hpki(**ours.begin(), Use::kAuthentication).value();
  {
    const auto channel = *theirs.begin();
    channel->session().reset_at_end = true;
  }
  const auto channel = ours.begin();
  ASSERT_TRUE(channel) << describe(channel.error());
  EXPECT_EQ(application.verify_pin(**channel, typed("1357"))->kind, PinOutcome::Kind::kVerified);
}

TEST_F(CardFaults, transaction_elsewhere_is_busy_after_the_limit) {
  auto theirs = connect();
  auto ours = connect({.begin = 200ms});
  const auto held = theirs.begin();
  const auto channel = ours.begin();
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, Code::kCardBusy);
}

TEST_F(CardFaults, hung_card_is_given_up_after_the_limit) {
  auto connection = connect({.answer = 200ms});
  {
    const auto channel = *connection.begin();
    card_.send("hang");
    const auto result = identify(*channel);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kCardNoProgress);
    EXPECT_EQ(identify(*channel).error().code, Code::kCardNoProgress);
  }
  card_.send("hang off");
  auto again = connect();
  EXPECT_TRUE(identify(**again.begin()));
}

TEST_F(CardFaults, no_card_is_not_present) {
  const std::string name = reader();
  card_.send("eject");
  const auto readers = Readers::open();
  std::vector<ReaderState> states = *readers->states();
  while (std::ranges::any_of(states, &ReaderState::card_present)) {
    states = readers->wait(states)->value();
  }
  EXPECT_EQ(CardConnection::open(name).error().code, Code::kCardNotPresent);
  EXPECT_EQ(choose_reader(states).error().code, Code::kCardNotPresent);
  EXPECT_EQ(CardConnection::open("no such reader").error().code, Code::kCardNoReader);
}

TEST_F(CardFaults, watch_reports_removal_and_insertion) {
  Witness witness;
  const CardWatch watch(witness.handler());
  ASSERT_TRUE(witness.sees(CardEvent::Kind::kInserted));
  card_.send("eject");
  EXPECT_TRUE(witness.sees(CardEvent::Kind::kRemoved));
  card_.send("insert");
  const bool back = witness.sees(CardEvent::Kind::kInserted);
  EXPECT_TRUE(back);
}

TEST_F(CardFaults, watch_says_nothing_while_a_card_is_used_and_reset) {
  Witness witness;
  const CardWatch watch(witness.handler());
  for (const auto kind : {CardEvent::Kind::kReaderAdded, CardEvent::Kind::kInserted, CardEvent::Kind::kReaderAdded}) {
    const auto event = witness.next();
    ASSERT_TRUE(event);
    ASSERT_EQ(event->kind, kind);
  }
  auto connection = connect();
  {
    const auto channel = *connection.begin();  // which resets the card at its end
    const auto application = open_hpki(*channel, Use::kAuthentication).value();
    ASSERT_EQ(application.verify_pin(*channel, typed("1357"))->kind, PinOutcome::Kind::kVerified);
  }
  ASSERT_TRUE(identify(**connection.begin()));
  card_.send("eject");
  const auto next = witness.next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->kind, CardEvent::Kind::kRemoved);
}

TEST_F(CardFaults, wait_ends_by_limit_and_by_cancel) {
  const auto readers = Readers::open();
  auto known = *readers->states();
  while (const auto now = *readers->wait(known, 1ms)) {
    known = *now;  // what the test before has left behind
  }
  std::atomic<bool> ended = false;
  std::thread waiting([&] {
    while (const auto now = *readers->wait(known)) {
      known = *now;
    }
    ended = true;
  });
  while (!ended) {
    readers->cancel();  // reaches a wait that has begun
    std::this_thread::yield();
  }
  waiting.join();
}

}  // namespace
}  // namespace shomei::cards
