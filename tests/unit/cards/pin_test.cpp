#include <gmock/gmock.h>

#include "base/log.h"
#include "cards/card_signing_key.h"
#include "cards/hpki_layout.h"
#include "tests/doubles/scripted_card.h"

namespace shomei::cards {
namespace {

using ::shomei::testing::Exchange;
using ::shomei::testing::ScriptedCard;

constexpr std::size_t kModulus = 128;
const Bytes kDigest(32, 0x11);
const std::string kSignature = to_hex(Bytes(kModulus, 0x5A)) + "9000";

const Exchange kSelect{"00a4040005e828bd080f00",
                       "6f0784"
                       "05"
                       "e828bd080f9000"};
const Exchange kMse84{"002241b6048402000c", "9000"};
const Exchange kStatus15{"00200088", "63cf"};
const Exchange kRightPin{"002000880431323334", "9000"};

std::string block_hex() {
  Bytes block(kModulus - 51, 0xFF);
  block[0] = 0x00;
  block[1] = 0x01;
  block.back() = 0x00;
  return to_hex(block) + to_hex(digest_info(DigestAlgorithm::kSha256, kDigest));
}
const Exchange kSign{"002a9e9a80" + block_hex() + "00", kSignature};

/// A layout as on a JMA card with a key of 1024 bits; `change` makes it another.
template <class Change>
HpkiApplication application(Change change) {
  auto layout = std::make_shared<HpkiLayout>();
  layout->use = Use::kSignature;
  layout->aid = *from_hex("e828bd080f");
  layout->pin = {.min_length = 4, .stored_length = 0, .max_length = 16, .reference = 0x88};
  layout->key = {.user_consent = true, .path = {.file = {0x00, 0x0C}}};
  layout->modulus_bytes = kModulus;
  layout->learned.tag = KeyTag::kReference;
  change(*layout);
  return HpkiApplication(layout);
}
HpkiApplication application() {
  return application([](HpkiLayout&) {});
}

Pin typed(std::string text) {
  return *Pin::take(text);
}

PinOutcome outcome(PinOutcome::Kind kind, std::optional<std::uint8_t> left = {}) {
  return {kind, left};
}

TEST(Pin, right_one_is_verified_after_key_and_counter) {
  ScriptedCard card({kSelect, kMse84, kStatus15, kRightPin});
  EXPECT_EQ(*application().verify_pin(card, typed("1234")), outcome(PinOutcome::Kind::kVerified));
  EXPECT_TRUE(card.redacted());
}

TEST(Pin, wrong_one_says_what_is_left_and_needs_no_second_look) {
  ScriptedCard card(
      {kSelect, kMse84, {"00200088", "63c3"}, {"002000880439393939", "63c2"}, {"002000880439393939", "63c1"}});
  EXPECT_EQ(*application().verify_pin(card, typed("9999")), outcome(PinOutcome::Kind::kWrong, 2));
  EXPECT_EQ(*application().verify_pin(card, typed("9999")), outcome(PinOutcome::Kind::kWrong, 1));
  EXPECT_EQ(*application().verify_pin(card, typed("9999")), outcome(PinOutcome::Kind::kLastTryKept, 1));
}

TEST(Pin, last_try_is_spent_when_the_caller_says_so) {
  ScriptedCard card({kSelect, kMse84, {"002000880439393939", "63c0"}});
  EXPECT_EQ(*application().verify_pin(card, typed("9999"), LeastTries::kMaySpendLast),
            outcome(PinOutcome::Kind::kLocked, 0));
}

TEST(Pin, both_words_for_blocked_are_locked) {
  for (const char* word : {"6983", "6984", "63c0"}) {
    ScriptedCard asked({kSelect, kMse84, {"00200088", word}});
    EXPECT_EQ(*application().verify_pin(asked, typed("1234")), outcome(PinOutcome::Kind::kLocked, 0)) << word;
    ScriptedCard tried({kSelect, kMse84, {"002000880431323334", word}});
    EXPECT_EQ(*application().verify_pin(tried, typed("1234"), LeastTries::kMaySpendLast),
              outcome(PinOutcome::Kind::kLocked, 0))
        << word;
  }
}

TEST(Pin, hidden_counter_is_not_tried_without_confirmation) {
  ScriptedCard card({kSelect, kMse84, {"00200088", "6300"}, {"002000880431323334", "6300"}});
  EXPECT_EQ(*application().verify_pin(card, typed("1234")), outcome(PinOutcome::Kind::kTriesUnknown));
  EXPECT_EQ(*application().verify_pin(card, typed("1234"), LeastTries::kMaySpendLast),
            outcome(PinOutcome::Kind::kWrong));
}

TEST(Pin, length_outside_the_card_s_is_never_sent) {
  ScriptedCard card({});
  EXPECT_EQ(application().verify_pin(card, typed("123")).error().code, Code::kPinLength);
  const auto short_only = application([](HpkiLayout& layout) { layout.pin.max_length = 4; });
  EXPECT_EQ(short_only.verify_pin(card, typed("12345")).error().code, Code::kPinLength);
}

TEST(Pin, card_that_refuses_the_length_spends_no_try) {
  ScriptedCard card({kSelect, kMse84, kStatus15, {"002000880431323334", "6700"}});
  EXPECT_EQ(application().verify_pin(card, typed("1234")).error().code, Code::kPinLength);
}

TEST(Pin, padded_where_the_card_wants_it) {
  ScriptedCard card({kSelect, kMse84, kStatus15, {"002000880831323334ffffffff", "9000"}});
  const auto padded = application([](HpkiLayout& layout) {
    layout.pin.pad = 0xFF;
    layout.pin.stored_length = 8;
  });
  EXPECT_EQ(padded.verify_pin(card, typed("1234"))->kind, PinOutcome::Kind::kVerified);
}

TEST(Pin, unexpected_word_is_a_refusal_with_the_word) {
  ScriptedCard card({kSelect, kMse84, kStatus15, {"002000880431323334", "6a88"}});
  const auto result = application().verify_pin(card, typed("1234"));
  EXPECT_EQ(result.error().code, Code::kCardStatus);
  EXPECT_THAT(result.error().detail, ::testing::HasSubstr("6A88"));
}

TEST(Pin, most_talkative_log_shows_header_and_length_only) {
  log::set_level(log::Level::kDebug);
  ::testing::internal::CaptureStderr();
  ScriptedCard card({kSelect, kMse84, kStatus15, {"002000880436373839", "9000"}, kSign});
  EXPECT_TRUE(application().verify_pin(card, typed("6789")));
  EXPECT_TRUE(application().sign(card, DigestAlgorithm::kSha256, kDigest));
  const std::string said = ::testing::internal::GetCapturedStderr();
  log::set_level(log::Level::kInfo);
  EXPECT_THAT(said, ::testing::HasSubstr("0020008804.."));
  EXPECT_THAT(said, ::testing::HasSubstr("002a9e9a80"));
  EXPECT_THAT(said, ::testing::Not(::testing::HasSubstr("36373839")));
  EXPECT_THAT(said, ::testing::Not(::testing::HasSubstr("6789")));
}

TEST(Key, refused_tag_is_tried_the_other_way_before_the_pin_and_remembered) {
  for (const char* word : {"6a80", "6a88"}) {
    const auto card_key = application();
    ScriptedCard first({kSelect, {"002241b6048402000c", word}, {"002241b6048102000c", "9000"}, kStatus15, kRightPin});
    EXPECT_EQ(card_key.verify_pin(first, typed("1234"))->kind, PinOutcome::Kind::kVerified);
    ScriptedCard second({kSelect, {"002241b6048102000c", "9000"}, kStatus15, kRightPin});
    EXPECT_EQ(card_key.verify_pin(second, typed("1234"))->kind, PinOutcome::Kind::kVerified);
  }
}

TEST(Key, refused_both_ways_costs_no_pin) {
  ScriptedCard card({kSelect, {"002241b6048402000c", "6a80"}, {"002241b6048102000c", "6a88"}});
  EXPECT_EQ(application().verify_pin(card, typed("1234")).error().code, Code::kCardStatus);
}

TEST(Key, mse_that_wants_the_pin_first_comes_after_it) {
  const auto card_key = application();
  ScriptedCard card({kSelect, {"002241b6048402000c", "6982"}, kStatus15, kRightPin, kMse84, kSign});
  EXPECT_EQ(card_key.verify_pin(card, typed("1234"))->kind, PinOutcome::Kind::kVerified);
  EXPECT_TRUE(card_key.sign(card, DigestAlgorithm::kSha256, kDigest));
  ScriptedCard next({kSelect, kStatus15, kRightPin, kMse84, kSign});
  EXPECT_EQ(card_key.verify_pin(next, typed("1234"))->kind, PinOutcome::Kind::kVerified);
  EXPECT_TRUE(card_key.sign(next, DigestAlgorithm::kSha256, kDigest));
}

TEST(Key, reference_and_short_identifier_are_named_as_the_card_has_them) {
  ScriptedCard by_reference({kSelect, {"002241b603840101", "9000"}, kStatus15, kRightPin});
  EXPECT_TRUE(
      application([](HpkiLayout& layout) { layout.key.reference = 1; }).verify_pin(by_reference, typed("1234")));
  ScriptedCard by_short({kSelect, {"002241b60481020017", "9000"}, kStatus15, kRightPin});
  const auto guideline = application([](HpkiLayout& layout) {
    layout.key.path.file = {0xB8};
    layout.learned.tag = KeyTag::kFile;
  });
  EXPECT_TRUE(guideline.verify_pin(by_short, typed("1234")));
}

TEST(Sign, forgotten_security_environment_is_set_once_more) {
  ScriptedCard card({kSelect, kMse84, kStatus15, kRightPin, {kSign.command, "6985"}, kMse84, kSign});
  ASSERT_TRUE(application().verify_pin(card, typed("1234")));
  EXPECT_EQ(application().sign(card, DigestAlgorithm::kSha256, kDigest)->size(), kModulus);
}

TEST(Sign, refused_twice_is_an_error) {
  ScriptedCard card({kSelect, kMse84, kStatus15, kRightPin, {kSign.command, "6985"}, kMse84, {kSign.command, "6985"}});
  ASSERT_TRUE(application().verify_pin(card, typed("1234")));
  EXPECT_EQ(application().sign(card, DigestAlgorithm::kSha256, kDigest).error().code, Code::kCardStatus);
}

TEST(Sign, digest_info_for_a_card_that_pads) {
  ScriptedCard card(
      {kSelect, kMse84, {"002a9e9a33" + to_hex(digest_info(DigestAlgorithm::kSha256, kDigest)) + "00", kSignature}});
  const auto pads = application([](HpkiLayout& layout) { layout.card_pads = true; });
  EXPECT_TRUE(pads.sign(card, DigestAlgorithm::kSha256, kDigest));
}

TEST(Sign, answer_of_another_length_is_no_signature) {
  ScriptedCard card({kSelect, kMse84, {kSign.command, "5a5a9000"}});
  EXPECT_EQ(application().sign(card, DigestAlgorithm::kSha256, kDigest).error().code, Code::kCryptoFailed);
}

TEST(Sign, another_card_without_the_application_is_unknown) {
  ScriptedCard card(std::vector<Exchange>{{kSelect.command, "6a82"}});
  EXPECT_EQ(application().sign(card, DigestAlgorithm::kSha256, kDigest).error().code, Code::kCardUnknown);
}

TEST(CardSigningKey, signature_key_gets_the_pin_each_time_and_the_counter_is_asked_once) {
  ScriptedCard card({kSelect, kMse84, kStatus15, kRightPin, kSign, kRightPin, kSign});
  const Pin pin = typed("1234");
  CardSigningKey key(card, application(), &pin);
  EXPECT_TRUE(key.sign_digest(DigestAlgorithm::kSha256, kDigest));
  EXPECT_FALSE(card.session().pin_verified);
  EXPECT_TRUE(key.sign_digest(DigestAlgorithm::kSha256, kDigest));
}

TEST(CardSigningKey, authentication_key_gets_it_once) {
  ScriptedCard card({kSelect, kMse84, kStatus15, kRightPin, kSign, kSign});
  const Pin pin = typed("1234");
  CardSigningKey key(card, application([](HpkiLayout& layout) { layout.key.user_consent = false; }), &pin);
  EXPECT_TRUE(key.sign_digest(DigestAlgorithm::kSha256, kDigest));
  EXPECT_TRUE(key.sign_digest(DigestAlgorithm::kSha256, kDigest));
  EXPECT_TRUE(card.session().pin_verified);
}

TEST(CardSigningKey, refusals_are_pin_errors) {
  const Pin pin = typed("1234");
  const std::pair<const char*, Code> cases[] = {
      {"63c1", Code::kPinLastTry}, {"6983", Code::kPinLocked}, {"6300", Code::kPinLastTry}};
  for (const auto& [status, code] : cases) {
    ScriptedCard card({kSelect, kMse84, {"00200088", status}});
    CardSigningKey key(card, application(), &pin);
    EXPECT_EQ(key.sign_digest(DigestAlgorithm::kSha256, kDigest).error().code, code) << status;
  }
  ScriptedCard card({kSelect, kMse84, kStatus15, {"002000880431323334", "63ce"}});
  CardSigningKey key(card, application(), &pin);
  const auto result = key.sign_digest(DigestAlgorithm::kSha256, kDigest);
  EXPECT_EQ(result.error().code, Code::kPinWrong);
  EXPECT_EQ(result.error().detail, "tries left: 14");
}

}  // namespace
}  // namespace shomei::cards
