#include "server/trust/crl_rules.h"

#include <gmock/gmock.h>

#include "forge.h"

namespace shomei::server {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;

struct CrlRules : testing::Test {
  TrustBench bench;
  /// Why a list is refused; empty where it is taken.
  std::string refusal(const ListPlan& plan) {
    const auto imported = bench.import(plan);
    EXPECT_TRUE(imported || imported.error().code == Code::kCrlRefused);
    return imported ? "" : imported.error().detail;
  }
};

TEST_F(CrlRules, ADeltaStandsBesideItsBaseAndReplacesItNever) {
  EXPECT_EQ(refusal({.number = 5}), "");
  EXPECT_EQ(refusal({.number = 6, .base = 5}), "");
  EXPECT_THAT(bench.in_force(), ElementsAre("05", "06"));
  EXPECT_EQ(refusal({.number = 7, .base = 5}), "");
  EXPECT_THAT(bench.in_force(), ElementsAre("05", "07"));
  const auto trust = bench.trust->snapshot();
  EXPECT_EQ(trust->lists.size(), 2U);
  EXPECT_TRUE(trust->lists[1].crl.amends(trust->lists[0].crl) || trust->lists[0].crl.amends(trust->lists[1].crl));
}

TEST_F(CrlRules, ADeltaNeedsABaseWithoutAGap) {
  EXPECT_THAT(refusal({.number = 6, .base = 5}), HasSubstr("no complete list"));
  EXPECT_EQ(refusal({.number = 4}), "");
  EXPECT_THAT(refusal({.number = 6, .base = 5}), HasSubstr("a gap"));
  EXPECT_EQ(refusal({.number = 6}), "");
  EXPECT_THAT(refusal({.number = 6, .base = 5}), HasSubstr("not older than delta list"));
  EXPECT_THAT(bench.in_force(), ElementsAre("06"));
}

TEST_F(CrlRules, NoScopeRollsBack) {
  EXPECT_EQ(refusal({.number = 0x80}), "");
  EXPECT_THAT(refusal({.number = 0x7F}), HasSubstr("is older than number"));
  EXPECT_THAT(refusal({.number = 0x80, .entries = {{1}}}), HasSubstr("with another content"));
  EXPECT_THAT(refusal({.number = 0x81, .this_update = kNow - hours(2)}), HasSubstr("is older than number"));
  EXPECT_EQ(refusal({.number = 0x101}), "");
  EXPECT_EQ(refusal({.number = 0x104, .base = 0x101}), "");
  EXPECT_THAT(refusal({.number = 0x103, .base = 0x101}), HasSubstr("is older than number"));
}

TEST_F(CrlRules, EachScopeIsItsOwnLineOfSuccession) {
  EXPECT_EQ(refusal({.number = 9}), "");
  EXPECT_EQ(refusal({.number = 3, .scope = "onlyCA:TRUE"}), "");
  EXPECT_EQ(refusal({.number = 2, .scope = "onlyuser:TRUE"}), "");
  EXPECT_EQ(refusal({.number = 4, .scope = "fullname:URI:http://a.test/1.crl"}), "");
  EXPECT_EQ(refusal({.number = 5, .scope = "fullname:URI:http://a.test/2.crl"}), "");
  EXPECT_EQ(refusal({.number = 6, .scope = "onlysomereasons:keyCompromise"}), "");
  EXPECT_EQ(refusal({.number = 7, .scope = "indirectCRL:TRUE"}), "");
  EXPECT_THAT(bench.in_force(), ElementsAre("02", "03", "04", "05", "06", "07", "09"));
  EXPECT_THAT(refusal({.number = 2, .scope = "onlyCA:TRUE"}), HasSubstr("is older"));
  EXPECT_THAT(refusal({.number = 8, .base = 3, .scope = "onlyAA:TRUE"}), HasSubstr("attribute certificates"));
}

TEST_F(CrlRules, TheListOfANewKeyStandsBesideThatOfTheOldOne) {
  const Forge rolled("CA");
  bench.pin(rolled);
  EXPECT_EQ(refusal({.number = 9}), "");
  ASSERT_TRUE(bench.trust->import_crl(rolled.list({.number = 1}), "test"));
  EXPECT_THAT(bench.in_force(), ElementsAre("01", "09"));
  ASSERT_TRUE(bench.trust->import_crl(rolled.list({.number = 2}), "test"));
  EXPECT_THAT(bench.in_force(), ElementsAre("02", "09"));
}

TEST_F(CrlRules, OnlyAPinnedCaSigns) {
  const auto foreign = bench.trust->import_crl(Forge("CA").list({}), "test");
  EXPECT_THAT(foreign.error().detail, HasSubstr("not that of the CA of this name"));
  const auto unknown = bench.trust->import_crl(Forge("Else").list({}), "test");
  EXPECT_THAT(unknown.error().detail, HasSubstr("no CA of this name"));
}

TEST_F(CrlRules, AListIsWhatRfc5280Says) {
  EXPECT_THAT(refusal({.this_update = kNow + hours(1)}), HasSubstr("in the future"));
  EXPECT_THAT(refusal({.unknown = true}), HasSubstr("unknown critical extension 1.2.3.4.5"));
  EXPECT_THAT(refusal({.next_update = {}}), HasSubstr("nextUpdate"));
  EXPECT_THAT(refusal({.next_update = kNow - hours(2)}), HasSubstr("nextUpdate"));
  EXPECT_THAT(refusal({.long_number = 21}), HasSubstr("20 octets"));
  EXPECT_EQ(refusal({.long_number = 20}), "");
}

TEST_F(CrlRules, RemoveFromCrlStandsInDeltasOnly) {
  constexpr int kRemoveFromCrl = 8;
  EXPECT_THAT(refusal({.entries = {{7, kRemoveFromCrl}}}), HasSubstr("removeFromCRL"));
  EXPECT_EQ(refusal({.number = 1, .entries = {{7, 6}}}), "");
  EXPECT_EQ(refusal({.number = 2, .base = 1, .entries = {{7, kRemoveFromCrl}}}), "");
  EXPECT_THAT(refusal({.number = 3, .base = 3}), HasSubstr("BaseCRLNumber"));
}

}  // namespace
}  // namespace shomei::server
