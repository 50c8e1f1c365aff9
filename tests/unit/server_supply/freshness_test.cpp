#include "server/trust/freshness.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace shomei::server {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Time kIssued = parse_rfc3339("2026-04-01T00:00:00Z").value();

CrlRecord list_of(const std::string& issuer, hours valid = hours(96)) {
  CrlRecord list;
  list.issuer = issuer;
  list.this_update = kIssued;
  list.next_update = kIssued + valid;
  return list;
}

TEST(Freshness, FollowsTheListsOwnValidity) {
  const FreshnessRules rules;
  const CrlRecord list = list_of("CN=MEDIS");
  const auto at = [&](seconds age) { return rules.level(list, kIssued + age); };
  EXPECT_EQ(at(hours(57)), Level::kGood);  // MEDIS issues each 48 hours
  EXPECT_EQ(at(hours(58)), Level::kWarn);
  EXPECT_EQ(at(hours(76)), Level::kWarn);
  EXPECT_EQ(at(hours(77)), Level::kAlarm);
  EXPECT_EQ(at(hours(96)), Level::kAlarm);
  EXPECT_EQ(at(hours(96) + seconds(1)), Level::kStale);
}

TEST(Freshness, HasThresholdsForEachIssuer) {
  const FreshnessRules rules{
      .issuers = {{.issuer = "MHLW", .warn_after = hours(30), .alarm_after = hours(200), .login_grace = hours(2)}}};
  const CrlRecord list = list_of("CN=MHLW HPKI,C=JP");
  EXPECT_EQ(rules.level(list, kIssued + hours(29)), Level::kGood);
  EXPECT_EQ(rules.level(list, kIssued + hours(30)), Level::kWarn);
  EXPECT_EQ(rules.level(list, kIssued + hours(95)), Level::kWarn);
  EXPECT_EQ(rules.level(list, kIssued + hours(97)), Level::kStale);
  EXPECT_EQ(rules.level(list_of("CN=JMA"), kIssued + hours(30)), Level::kGood);
  EXPECT_EQ(rules.grace_of("CN=MHLW HPKI,C=JP"), hours(2));
  EXPECT_EQ(rules.grace_of("CN=JMA"), hours(0));
  EXPECT_EQ(rules.longest_grace(), hours(2));
  EXPECT_EQ(rules.next_change(list, kIssued), kIssued + hours(30));
}

auth::ValidationReport stale_report() {
  auth::ValidationReport report{.verdict = auth::Verdict::kValid};
  report.revocation.push_back({.certificate = 0,
                               .state = auth::RevocationState::kGood,
                               .source = "crl",
                               .this_update = kIssued,
                               .next_update = kIssued + hours(96)});
  return report;
}

TEST(Freshness, TheGraceOfOneIssuerIsNotThatOfAnother) {
  const FreshnessRules rules{.issuers = {{.issuer = "MHLW", .login_grace = hours(5)}}};
  auto report = stale_report();
  hold_to_grace(report, rules, kIssued + hours(96));
  EXPECT_EQ(report.verdict, auth::Verdict::kValid);
  hold_to_grace(report, rules, kIssued + hours(97));
  EXPECT_EQ(report.verdict, auth::Verdict::kIndeterminate);
  EXPECT_EQ(report.revocation[0].state, auth::RevocationState::kUnknown);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].check, auth::Check::kRevocationUnknown);
  EXPECT_EQ(report.findings[0].severity, auth::Severity::kFail);
}

TEST(Freshness, AGraceThatWasUsedIsTold) {
  const FreshnessRules rules{.login_grace = hours(5)};
  auto report = stale_report();
  hold_to_grace(report, rules, kIssued + hours(101));
  EXPECT_EQ(report.verdict, auth::Verdict::kValid);
  EXPECT_EQ(grace_used(report, rules, kIssued + hours(96)).size(), 0U);
  const OrderedJson used = grace_used(report, rules, kIssued + hours(97));
  ASSERT_EQ(used.size(), 1U);
  EXPECT_EQ(used[0]["login_grace"], 18'000);
}

}  // namespace
}  // namespace shomei::server
