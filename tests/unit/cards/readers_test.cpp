#include "cards/readers.h"

#include <gmock/gmock.h>

#include "cards/card_watch.h"

namespace shomei::cards {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = CardEvent::Kind;

constexpr std::uint32_t kInUse = 0x100;

ReaderState empty(std::string name, std::uint32_t changes = 0) {
  return {.name = std::move(name), .raw = changes << 16};
}
ReaderState with_card(std::string name, std::uint32_t changes, std::uint32_t flags = 0) {
  return {.name = std::move(name), .card_present = true, .atr = {0x3B}, .raw = changes << 16 | flags};
}

std::vector<CardEvent> between(std::vector<ReaderState> before, std::vector<ReaderState> after) {
  return differences(before, after);
}

TEST(Differences, insertion_and_removal) {
  EXPECT_THAT(between({empty("a")}, {with_card("a", 1)}), ElementsAre(CardEvent{Kind::kInserted, "a", {0x3B}}));
  EXPECT_THAT(between({with_card("a", 1)}, {empty("a", 2)}), ElementsAre(CardEvent{Kind::kRemoved, "a"}));
}

TEST(Differences, out_and_in_between_two_looks_is_a_change) {
  EXPECT_THAT(between({with_card("a", 1)}, {with_card("a", 3)}), ElementsAre(CardEvent{Kind::kChanged, "a", {0x3B}}));
}

TEST(Differences, use_by_a_program_is_none) {
  EXPECT_THAT(between({with_card("a", 1)}, {with_card("a", 1, kInUse)}), IsEmpty());
}

TEST(Differences, readers_come_and_go_with_their_cards) {
  EXPECT_THAT(between({}, {with_card("a", 1), empty("b")}),
              ElementsAre(CardEvent{Kind::kReaderAdded, "a"}, CardEvent{Kind::kInserted, "a", {0x3B}},
                          CardEvent{Kind::kReaderAdded, "b"}));
  EXPECT_THAT(between({with_card("a", 1)}, {}),
              ElementsAre(CardEvent{Kind::kRemoved, "a"}, CardEvent{Kind::kReaderGone, "a"}));
}

TEST(ChooseReader, the_only_card_or_the_wanted_reader) {
  const std::vector<ReaderState> readers{empty("Reader 00 00"), with_card("Reader 00 01", 1), empty("Reader 00 011")};
  EXPECT_EQ(choose_reader(readers), "Reader 00 01");
  EXPECT_EQ(choose_reader(readers, "Reader 00 01"), "Reader 00 01") << "the exact name wins";
  EXPECT_EQ(choose_reader(readers, "00 00"), "Reader 00 00");
  EXPECT_EQ(choose_reader(readers, "Reader").error().code, Code::kCardSeveral);
  EXPECT_EQ(choose_reader(readers, "other").error().code, Code::kCardNoReader);
}

TEST(ChooseReader, nothing_to_choose) {
  EXPECT_EQ(choose_reader({}).error().code, Code::kCardNoReader);
  EXPECT_EQ(choose_reader(std::vector{empty("a")}).error().code, Code::kCardNotPresent);
  EXPECT_EQ(choose_reader(std::vector{with_card("a", 1), with_card("b", 1)}).error().code, Code::kCardSeveral);
}

}  // namespace
}  // namespace shomei::cards
