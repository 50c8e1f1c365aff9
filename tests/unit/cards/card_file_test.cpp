#include "cards/card_file.h"

#include <gtest/gtest.h>

#include "tests/doubles/scripted_card.h"

namespace shomei::cards {
namespace {

using ::shomei::testing::Exchange;
using ::shomei::testing::ScriptedCard;
using ::shomei::testing::traits;

const cia::Path kByIdentifier{.file = {0x00, 0x16}};
const cia::Path kByShort{.file = {0xC0}};  // SFI 18 x 8

std::shared_ptr<CardTraits> short_only() {
  return traits({.extended_length = false});
}

/// One DER element of `total` bytes, all of them.
std::string element(std::size_t total) {
  Bytes bytes(total, 0x5A);
  bytes[0] = 0x30;
  bytes[1] = 0x82;
  bytes[2] = static_cast<std::uint8_t>((total - 4) >> 8);
  bytes[3] = static_cast<std::uint8_t>(total - 4);
  return to_hex(bytes);
}

std::string piece(const std::string& hex, std::size_t from, std::size_t count) {
  return hex.substr(2 * from, 2 * count) + "9000";
}

TEST(CardFile, extended_length_reads_all_at_once_and_drops_filler) {
  const std::string content = element(1300);
  ScriptedCard card({{"00a4020c020016", "9000"}, {"00b00000000000", content + "ffffffff9000"}});
  EXPECT_EQ(to_hex(*read_card_file(card, kByIdentifier, Extent::kOneElement)), content);
}

TEST(CardFile, short_pieces_end_where_der_ends) {
  const std::string content = element(600);
  ScriptedCard card({{"00b0980000", piece(content, 0, 256)},
                     {"00b0010000", piece(content, 256, 256)},
                     {"00b0020058", piece(content, 512, 88)}},
                    short_only());
  EXPECT_EQ(to_hex(*read_card_file(card, kByShort, Extent::kOneElement)), content);
}

TEST(CardFile, card_that_cuts_its_answers_is_asked_on) {
  const std::string content = element(600);
  ScriptedCard card({{"00b09800000000", piece(content, 0, 200)},
                     {"00b000c8000190", piece(content, 200, 200)},
                     {"00b00190c8", piece(content, 400, 200)}});
  EXPECT_EQ(to_hex(*read_card_file(card, kByShort, Extent::kOneElement)), content);
}

TEST(CardFile, all_elements_end_with_the_file_or_with_filler) {
  const std::string full = element(256);
  ScriptedCard exact({{"00b0980000", full + "9000"}, {"00b0010000", "6b00"}}, short_only());
  EXPECT_EQ(to_hex(*read_card_file(exact, kByShort, Extent::kAllElements)), full);
  ScriptedCard warned(std::vector<Exchange>{{"00b09800000000", "0500300000006282"}});
  EXPECT_EQ(to_hex(*read_card_file(warned, kByShort, Extent::kAllElements)), "05003000");
  ScriptedCard empty(std::vector<Exchange>{{"00b09800000000", "6b00"}});
  EXPECT_TRUE(read_card_file(empty, kByShort, Extent::kAllElements)->empty());
}

TEST(CardFile, cut_short_certificate_is_malformed) {
  ScriptedCard card({{"00b09800000000", piece(element(600), 0, 200)}, {"00b000c8000190", "6b00"}});
  EXPECT_EQ(read_card_file(card, kByShort, Extent::kOneElement).error().code, Code::kCardFileMalformed);
  ScriptedCard filler(std::vector<Exchange>{{"00b09800000000", "ffffffff9000"}});
  EXPECT_EQ(read_card_file(filler, kByShort, Extent::kOneElement).error().code, Code::kCardFileMalformed);
}

TEST(CardFile, empty_success_is_no_progress) {
  ScriptedCard card(std::vector<Exchange>{{"00b09800000000", "9000"}});
  EXPECT_EQ(read_card_file(card, kByShort, Extent::kOneElement).error().code, Code::kCardNoProgress);
}

TEST(CardFile, endless_file_ends_at_the_limit) {
  std::vector<Exchange> script;
  for (int i = 0; i < 65; ++i) {
    script.push_back({"00b0**", to_hex(Bytes(256, 0x05)) + "9000"});
    script.back().answer.replace(0, i == 0 ? 8 : 0, i == 0 ? "30827fff" : "");
  }
  ScriptedCard card(script, short_only());
  EXPECT_EQ(read_card_file(card, kByShort, Extent::kOneElement).error().code, Code::kCardFileMalformed);
}

// Found by fuzzing: the Ne of the next command came from the card without a bound.
TEST(CardFile, element_that_claims_to_be_huge_is_malformed) {
  ScriptedCard card({{"00b09800000000", "308401000000aa9000"}, {"00b00007**", "6b00"}});
  EXPECT_EQ(read_card_file(card, kByShort, Extent::kOneElement).error().code, Code::kCardFileMalformed);
}

TEST(CardFile, file_larger_than_any_is_refused) {
  const std::vector<Exchange> script(65, Exchange{"00b0**", element(256) + "9000"});
  ScriptedCard card(script, short_only());
  EXPECT_EQ(read_card_file(card, kByShort, Extent::kAllElements).error().code, Code::kCardFileMalformed);
}

TEST(CardFile, index_and_length_of_the_path_are_kept) {
  ScriptedCard by_short(std::vector<Exchange>{{"00b0981004", "300201009000"}});
  EXPECT_EQ(to_hex(*read_card_file(by_short, {.file = {0xC0}, .index = 16, .length = 4}, Extent::kOneElement)),
            "30020100");
  ScriptedCard by_identifier({{"00a4020c020016", "9000"}, {"00b0012c04", "300201009000"}});
  EXPECT_EQ(to_hex(*read_card_file(by_identifier, {.file = {0, 0x16}, .index = 300, .length = 4}, Extent::kOneElement)),
            "30020100");
  ScriptedCard none({});
  EXPECT_EQ(read_card_file(none, {.file = {0xC0}, .length = 0}, Extent::kOneElement).error().code,
            Code::kCardFileMalformed);
  EXPECT_EQ(read_card_file(none, {.file = {0xC0}, .index = 256}, Extent::kOneElement).error().code,
            Code::kCardFileMalformed);
}

TEST(CardFile, long_paths_are_selected_from_master_file_or_from_here) {
  ScriptedCard card({{"00a4080c0450154401", "9000"}, {"00a4090c0450154401", "9000"}, {"00a4020c020016", "6a82"}});
  card.session().application = {1};
  EXPECT_TRUE(select_card_file(card, {.file = *from_hex("3f0050154401")}));
  EXPECT_TRUE(card.session().application.empty()) << "the application may be left";
  EXPECT_TRUE(select_card_file(card, {.file = *from_hex("50154401")}));
  EXPECT_EQ(select_card_file(card, kByIdentifier).error().code, Code::kCardStatus);
}

}  // namespace
}  // namespace shomei::cards
