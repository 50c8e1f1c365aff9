// Which lists count for level LT, how long it stays pending, and how archive time stamps are renewed.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/signing/extend_fixture.h"

namespace shomei::signing::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kNextUpdate = *parse_rfc3339("2026-04-05T00:00:00Z");

class ExtendTime : public testing::TestWithParam<Form> {
 protected:
  ExtendBench bench;
  const Form& form() const { return GetParam(); }
  std::vector<Document> beside() const { return detached_of(form()); }
  Bytes signed_at(Time at) const {
    TestKey key = key_of("doctor1");
    return sign(key, document_of(form()), form().format, form().packaging, at);
  }
  void add_list(const std::filesystem::path& file) { bench.evidence.crls.push_back(must(auth::load_crl(file))); }
  /// Trusts a TSA of its own from now on; gives its CA's first list.
  TsaIdentity renew_tsa(const std::string& name) {
    const TsaIdentity made = TsaIdentity::make(name, TsaKey::kP384, kEpoch, kEpoch + hours(24 * 365 * 20));
    bench.tsa.renew(made);
    bench.evidence.anchors.push_back(must(auth::Certificate::parse(made.ca_der())));
    return made;
  }
  void add_list_of(const TsaIdentity& identity, Time from, Time until) {
    bench.evidence.crls.push_back(must(auth::Crl::parse(identity.crl(from, until))));
  }
  bool covered_by_archive(const Bytes& file, ByteView object) const {
    return std::ranges::any_of(checked_stamps(file, beside()), [&](const FoundStamp& stamp) {
      return std::ranges::find(stamp.coverage.objects, to_hex(sha256(object))) != stamp.coverage.objects.end();
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Extend, ExtendTime, testing::Values(kForms[0], kForms[3]),
                         [](const auto& form) { return form.param.name; });

TEST_P(ExtendTime, AStrictPolicyWaitsForTheNextList) {
  bench.policy.freshness = auth::Freshness::kStrict;
  const Extended made = bench.extend(signed_as(form()), Level::kLT, beside());
  EXPECT_EQ(made.level, Level::kT);
  ASSERT_EQ(levels(made.pending), std::vector{Level::kLT});
  EXPECT_EQ(made.pending.front().until, kNextUpdate);
  EXPECT_EQ(made.pending.front().why.code, Code::kEvidenceMissing);
  // One newer list of three is not enough.
  add_list(pki("crl_next/sign_ca.crl"));
  const Extended still = bench.extend(made.bytes, Level::kLT, beside());
  EXPECT_EQ(still.bytes, made.bytes);
  EXPECT_EQ(levels(still.pending), std::vector{Level::kLT});
}

TEST_P(ExtendTime, AStrictPolicyTakesListsThatAreNewerThanTheStamp) {
  bench.policy.freshness = auth::Freshness::kStrict;
  FixedClock before(kEpoch - minutes(1));
  TestTsa earlier(TsaIdentity::of_test_pki(), before);
  const auto client = must(TimestampClient::create({.urls = {"http://tsa.test/"}}, earlier, before));
  bench.source = client.get();
  const Extended made = bench.extend(signed_at(kEpoch - minutes(2)), Level::kLT, beside());
  EXPECT_EQ(made.level, Level::kLT);
  EXPECT_TRUE(made.pending.empty());
}

/// It says that the certificate was revoked after the time stamp, which does not harm.
TEST_P(ExtendTime, OfTwoListsTheNewerOneIsTaken) {
  add_list(pki("crl_next/sign_ca.crl"));
  const Bytes at_t = bench.extend(signed_as(form()), Level::kT, beside()).bytes;
  bench.clock.advance(hours(2));
  const Bytes file = bench.extend(at_t, Level::kLTA, beside()).bytes;
  EXPECT_TRUE(covered_by_archive(file, must(read_file(pki("crl_next/sign_ca.crl"), 1 << 20))));
  EXPECT_FALSE(covered_by_archive(file, must(read_file(pki("crl/sign_ca.crl"), 1 << 20))));
}

TEST_P(ExtendTime, ASignerWhoWasRevokedBeforeTheStampDoesNotComeUp) {
  add_list(pki("crl_next/sign_ca.crl"));
  bench.clock.advance(hours(2));
  const Bytes file = signed_as(form());
  const auto made = bench.try_extend(file, Level::kLT, beside());
  EXPECT_TRUE(!made || made->level == Level::kT);
  EXPECT_TRUE(!made || !made->pending.empty());
}

TEST_P(ExtendTime, AListOutOfForceIsNoList) {
  bench.clock.advance(hours(24 * 9));
  const Extended made = bench.extend(signed_as(form()), Level::kLT, beside());
  EXPECT_EQ(made.level, Level::kT);
  ASSERT_EQ(levels(made.pending), std::vector{Level::kLT});
  EXPECT_EQ(made.pending.front().until, std::nullopt) << "the list should have been replaced already";
}

/// LT is reached with what was in force when the stamp was made; an archive time stamp asks for the TSA's list of now.
TEST_P(ExtendTime, AnArchiveStampAsksWhetherTheTsaIsStillGood) {
  const Bytes at_t = bench.extend(signed_as(form()), Level::kT, beside()).bytes;
  bench.clock.advance(hours(24 * 9));
  const Extended made = bench.extend(at_t, Level::kLTA, beside());
  EXPECT_EQ(made.level, Level::kLT);
  EXPECT_EQ(levels(made.pending), std::vector{Level::kLTA});
  EXPECT_EQ(bench.tsa.asked, 1);
}

TEST_P(ExtendTime, RenewalTakesTheDataOfThePreviousTsa) {
  const TsaIdentity first = renew_tsa("First TSA");
  add_list_of(first, kEpoch, kEpoch + hours(24));
  Bytes file = bench.extend(signed_as(form()), Level::kLTA, beside()).bytes;
  bench.clock.advance(hours(24 * 365 * 5));
  const Time now = bench.clock.now();
  const TsaIdentity second = renew_tsa("Second TSA");
  const Extended waiting = bench.extend(file, Level::kLTA, beside());
  EXPECT_EQ(waiting.bytes, file);
  EXPECT_EQ(waiting.level, Level::kLTA);
  EXPECT_EQ(levels(waiting.pending), std::vector{Level::kLTA});
  const Bytes list = first.crl(now - hours(1), now + hours(24));
  bench.evidence.crls.push_back(must(auth::Crl::parse(list)));
  const Extended made = bench.extend(file, Level::kLTA, beside());
  EXPECT_EQ(made.level, Level::kLTA);
  EXPECT_TRUE(made.pending.empty());
  EXPECT_EQ(checked_stamps(made.bytes, beside()).size(), 3U);
  EXPECT_TRUE(covered_by_archive(made.bytes, list));
  // Years later the file and the anchors suffice, but for the last authority's list.
  VerifyInputs given = inputs(made.bytes, beside());
  given.evidence = {.anchors = bench.evidence.anchors,
                    .crls = {must(auth::Crl::parse(second.crl(now, now + hours(24))))}};
  given.at = now + hours(1);
  const SignatureReport report = judged(given);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.best_signature_time, kSigned + minutes(1));
}

}  // namespace
}  // namespace shomei::signing::test
