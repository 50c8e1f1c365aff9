#include <gmock/gmock.h>

#include "forge.h"

namespace shomei::server {
namespace {

using trust_change::RollBack;

class RollBackTest : public testing::Test {
 protected:
  Code code_of(int number) {
    const auto made = bench.import({.number = number});
    return made ? Code::kCount : made.error().code;
  }
  Result<TrustPlan> back() { return bench.trust->apply(RollBack{}, {.actor = "test"}); }

  TrustBench bench;
};

TEST_F(RollBackTest, WhatWasSetAsideStaysSoThroughLaterListsAndRollBacks) {
  ASSERT_TRUE(bench.import({.number = 5}));
  ASSERT_TRUE(bench.import({.number = 6}));
  ASSERT_TRUE(back());
  ASSERT_TRUE(bench.import({.number = 7}));
  const auto second = back();
  ASSERT_TRUE(second);
  EXPECT_THAT(second->warnings, testing::ElementsAre(testing::HasSubstr("number 07")));
  EXPECT_EQ(code_of(6), Code::kCrlRefused);
  EXPECT_EQ(code_of(7), Code::kCrlRefused);
  EXPECT_TRUE(bench.import({.number = 8}));
}

TEST_F(RollBackTest, TheGenerationBeforeIsNamedWhenItIsAskedFor) {
  ASSERT_TRUE(bench.import({.number = 5}));
  ASSERT_TRUE(bench.import({.number = 6}));
  const auto proposed = bench.trust->try_out(RollBack{}, "test");
  ASSERT_TRUE(proposed);
  const std::int64_t target = bench.trust->snapshot()->seq - 1;
  EXPECT_EQ(std::get<RollBack>(proposed->change).to, target);
  ASSERT_TRUE(bench.import({.number = 7}));
  EXPECT_EQ(bench.trust->try_out(proposed->change, "other")->subject, std::to_string(target));
}

TEST_F(RollBackTest, AListInForceIsKnownAndMakesNoGeneration) {
  const Bytes list = bench.ca.list({.number = 5});
  const auto first = bench.trust->import_crl(list, "test");
  bench.clock.advance(std::chrono::hours(1));
  const auto again = bench.trust->import_crl(list, "test");
  ASSERT_TRUE(first && again);
  EXPECT_TRUE(again->known);
  EXPECT_EQ(again->record.imported_at, first->record.imported_at);
}

}  // namespace
}  // namespace shomei::server
