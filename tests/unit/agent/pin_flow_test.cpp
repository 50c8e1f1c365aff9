#include "agent/pin_flow.h"

#include <gmock/gmock.h>

#include "tests/unit/agent/doubles.h"

namespace shomei::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PinFlowTest : public ::testing::Test {
 protected:
  PinFlowTest() { card_.key = SoftwareKey::generate_p256().value(); }
  Result<void> run() {
    testing::FakeKeyAccess access(card_);
    report_ = {};
    return with_person(
        access, prompt_, {}, options_, {},
        [this](SigningKey&) {
          ++uses_;
          return result_;
        },
        report_);
  }

  testing::FakeCard card_;
  testing::FakePrompt prompt_;
  PinFlowOptions options_;
  PinFlowReport report_;
  Result<void> result_;
  int uses_ = 0;
};

TEST_F(PinFlowTest, right_pin_lends_the_key_once) {
  prompt_.pins = {"1234"};
  EXPECT_TRUE(run());
  EXPECT_EQ(uses_, 1);
  EXPECT_EQ(prompt_.asked.at(0).tries_left, 3U);
}

TEST_F(PinFlowTest, wrong_pin_is_asked_again_with_the_tries_left_and_never_replayed) {
  prompt_.pins = {"9999", "1234"};
  EXPECT_TRUE(run());
  EXPECT_THAT(card_.shown, ElementsAre("9999", "1234"));
  EXPECT_EQ(prompt_.asked.at(1).before, PinQuestion::Before::kWrong);
  EXPECT_EQ(prompt_.asked.at(1).tries_left, 2U);
}

TEST_F(PinFlowTest, cancel_spends_nothing) {
  EXPECT_EQ(run().error().code, Code::kPinCancelled);
  EXPECT_THAT(card_.shown, IsEmpty());
}

TEST_F(PinFlowTest, giving_up_after_a_refusal_is_a_wrong_pin_with_the_tries_left) {
  prompt_.pins = {"9999"};
  const auto result = run();
  EXPECT_EQ(result.error().code, Code::kPinWrong);
  EXPECT_THAT(result.error().detail, HasSubstr("2"));
  EXPECT_EQ(report_.tries_left, 2U);
}

TEST_F(PinFlowTest, entries_are_bounded) {
  card_.tries = 15;
  prompt_.pins = {"9999", "8888", "7777", "1234"};
  EXPECT_EQ(run().error().code, Code::kPinWrong);
  EXPECT_EQ(card_.shown.size(), 3U);
}

TEST_F(PinFlowTest, last_try_is_kept_unless_confirmed) {
  card_.tries = 1;
  prompt_.pins = {"1234"};
  EXPECT_EQ(run().error().code, Code::kPinLastTry);
  EXPECT_THAT(card_.shown, IsEmpty());
  EXPECT_THAT(prompt_.asked, IsEmpty());
  EXPECT_THAT(prompt_.confirmed, ElementsAre(Confirmation::kLastTry));
  prompt_.says_yes = true;
  EXPECT_TRUE(run());
}

TEST_F(PinFlowTest, last_try_reached_in_the_conversation_is_confirmed_too) {
  card_.tries = 2;
  prompt_.pins = {"9999", "8888"};
  EXPECT_EQ(run().error().code, Code::kPinLastTry);
  EXPECT_EQ(card_.tries, 1U);
}

TEST_F(PinFlowTest, caller_may_spend_the_last_try) {
  card_.tries = 1;
  options_.spend_last_try = true;
  prompt_.pins = {"9999"};
  EXPECT_EQ(run().error().code, Code::kPinLocked);
  EXPECT_THAT(prompt_.confirmed, IsEmpty());
}

TEST_F(PinFlowTest, locked_pin_is_not_asked_for) {
  card_.tries = 0;
  EXPECT_EQ(run().error().code, Code::kPinLocked);
  EXPECT_THAT(prompt_.asked, IsEmpty());
}

TEST_F(PinFlowTest, card_that_does_not_tell_is_treated_as_if_it_were_the_last) {
  card_.tells_tries = false;
  prompt_.pins = {"1234"};
  EXPECT_EQ(run().error().code, Code::kPinLastTry);
  EXPECT_THAT(prompt_.confirmed, ElementsAre(Confirmation::kTriesUnknown));
  prompt_.says_yes = true;
  EXPECT_TRUE(run());
}

TEST_F(PinFlowTest, key_without_pin_is_used_after_a_yes_only) {
  card_.wants_pin = false;
  EXPECT_EQ(run().error().code, Code::kAgentConsentRefused);
  EXPECT_EQ(uses_, 0);
  prompt_.says_yes = true;
  EXPECT_TRUE(run());
  EXPECT_EQ(uses_, 1);
}

TEST_F(PinFlowTest, bad_length_is_asked_again_without_the_card) {
  prompt_.pins = {"12", "", "1234"};
  EXPECT_TRUE(run());
  EXPECT_THAT(card_.shown, ElementsAre("1234"));
  EXPECT_EQ(prompt_.asked.at(1).before, PinQuestion::Before::kBadLength);
}

TEST_F(PinFlowTest, bad_length_after_a_refusal_still_reports_the_refusal) {
  prompt_.pins = {"9999", "12", "12"};
  EXPECT_EQ(run().error().code, Code::kPinWrong);
}

TEST_F(PinFlowTest, without_dialog_nothing_is_shown_to_the_card) {
  prompt_.no_dialog = true;
  EXPECT_EQ(run().error().code, Code::kPinNoDialog);
}

TEST_F(PinFlowTest, failure_of_the_use_is_not_followed_by_another_pin) {
  result_ = fail(Code::kXmlMalformed);
  prompt_.pins = {"1234", "1234"};
  EXPECT_EQ(run().error().code, Code::kXmlMalformed);
  EXPECT_EQ(card_.shown.size(), 1U);
}

TEST_F(PinFlowTest, failure_of_the_card_ends_the_flow) {
  card_.failure = make_error(Code::kCardRemoved);
  EXPECT_EQ(run().error().code, Code::kCardRemoved);
  EXPECT_THAT(prompt_.asked, IsEmpty());
}

}  // namespace
}  // namespace shomei::agent
