#include "cards/channel.h"

#include <gtest/gtest.h>

#include "cards/atr.h"
#include "tests/doubles/scripted_card.h"

namespace shomei::cards {
namespace {

using ::shomei::testing::ScriptedCard;
using ::shomei::testing::traits;
namespace testing = ::shomei::testing;

const Bytes kLong(300, 0xAB);

std::string hex(std::size_t bytes) {
  return to_hex(Bytes(bytes, 0xAB));
}

Result<Bytes> data(Result<Response> response) {
  return std::move(response).value().data("READ");
}

TEST(Channel, short_commands_of_the_four_cases_are_encoded) {
  ScriptedCard card({{"00200088", "63c3"},
                     {"00b0910000", "01029000"},
                     {"00a4020c020016", "9000"},
                     {"00a404000501020304050a", "9000"}});
  EXPECT_EQ(card.transmit({.ins = 0x20, .p2 = 0x88})->status().counter(), 3);
  EXPECT_EQ(*data(card.transmit({.ins = 0xB0, .p1 = 0x91, .expected = 256})), (Bytes{1, 2}));
  EXPECT_TRUE(card.transmit({.ins = 0xA4, .p1 = 2, .p2 = 0x0C, .data = Bytes{0, 0x16}})->status().ok());
  EXPECT_TRUE(card.transmit({.ins = 0xA4, .p1 = 4, .data = Bytes{1, 2, 3, 4, 5}, .expected = 10})->status().ok());
}

TEST(Channel, t0_has_one_length_byte_and_fetches_the_answer) {
  ScriptedCard card({{"0020008800", "63c3"}, {"00a40400020102", "6103"}, {"00c0000003", "6f01009000"}},
                    traits({.protocol = Protocol::kT0, .extended_length = false}));
  EXPECT_EQ(card.transmit({.ins = 0x20, .p2 = 0x88})->status().counter(), 3);
  EXPECT_EQ(*data(card.transmit({.ins = 0xA4, .p1 = 4, .data = Bytes{1, 2}, .expected = 256})), (Bytes{0x6F, 1, 0}));
}

TEST(Channel, long_data_go_in_extended_length) {
  ScriptedCard card({{"002a9e9a00012c" + hex(300) + "0000", hex(3) + "9000"}});
  EXPECT_EQ(data(card.transmit({.ins = 0x2A, .p1 = 0x9E, .p2 = 0x9A, .data = kLong, .expected = kAll}))->size(), 3U);
}

TEST(Channel, refused_extended_length_falls_back_to_chaining_and_is_remembered) {
  const auto known = traits();
  ScriptedCard card({{"002a9e9a00012c" + hex(300) + "0000", "6700"},
                     {"102a9e9aff" + hex(255), "9000"},
                     {"002a9e9a2d" + hex(45) + "00", hex(256) + "6101"},
                     {"00c0000001", "cd9000"},
                     {"00b0000000", "6a82"}},
                    known);
  const Command sign{.ins = 0x2A, .p1 = 0x9E, .p2 = 0x9A, .data = kLong, .expected = kAll};
  EXPECT_EQ(data(card.transmit(sign))->size(), 257U);
  EXPECT_FALSE(known->extended_length);
  EXPECT_EQ(card.transmit({.ins = 0xB0, .expected = kAll})->status(), sw::kFileNotFound);
}

TEST(Channel, chain_refused_in_the_middle_ends_there) {
  ScriptedCard card({{"102a9e9aff" + hex(255), "6884"}}, traits({.extended_length = false}));
  EXPECT_EQ(card.transmit({.ins = 0x2A, .p1 = 0x9E, .p2 = 0x9A, .data = kLong})->status().value(), 0x6884);
}

TEST(Channel, wrong_le_is_repeated_with_the_right_one) {
  ScriptedCard card({{"00b0000000", "6c03"}, {"00b0000003", "0102039000"}}, traits({.extended_length = false}));
  EXPECT_EQ(data(card.transmit({.ins = 0xB0, .expected = 256}))->size(), 3U);
}

TEST(Channel, get_response_without_progress_is_an_error) {
  ScriptedCard card({{"00b0000000", "6110"}, {"00c0000010", "6110"}}, traits({.extended_length = false}));
  EXPECT_EQ(card.transmit({.ins = 0xB0, .expected = 256}).error().code, Code::kCardNoProgress);
}

TEST(Channel, answer_below_two_bytes_means_the_card_is_gone) {
  for (const char* answer : {"", "90"}) {
    ScriptedCard card(std::vector<testing::Exchange>{{"00200088", answer}});
    card.session().pin_verified = true;
    EXPECT_EQ(card.transmit({.ins = 0x20, .p2 = 0x88}).error().code, Code::kCardRemoved);
    EXPECT_FALSE(card.session().pin_verified);
  }
}

TEST(Channel, refusal_names_command_and_status_word) {
  const auto data = Response({}, StatusWord(0x6A82)).data("SELECT");
  EXPECT_EQ(data.error().code, Code::kCardStatus);
  EXPECT_EQ(data.error().detail, "SELECT: 6A82 file or application not found");
}

// T0 with 12 historical bytes, TD1 and TD2 (T=1), TA3, TB3: 80, 73 C4 01 C0, 56 "SHOMEI"
TEST(Atr, card_capabilities_are_read) {
  EXPECT_EQ(atr_capabilities(*from_hex("3b8c8131fe458073c401c05653484f4d454900")), (AtrCapabilities{true, true}));
  EXPECT_EQ(atr_capabilities(*from_hex("3b8c8131fe458073c001805653484f4d454900")), (AtrCapabilities{false, false}));
  EXPECT_EQ(atr_capabilities(*from_hex("3b038071c4")), (AtrCapabilities{true, std::nullopt}));
}

TEST(Atr, says_nothing_when_it_says_nothing) {
  for (const char* atr : {"", "3b", "3b00", "3b8c", "3b8180", "3b8a80011053484f4d4549303132", "3b8180018073", "3bff"}) {
    EXPECT_EQ(atr_capabilities(*from_hex(atr)), AtrCapabilities{}) << atr;
  }
}

}  // namespace
}  // namespace shomei::cards
