// A signature of 2026 over thirty years: its algorithms end, it is renewed in time, and it is judged in 2056.
#include <fmt/format.h>

#include "tests/unit/signing/long_term.h"

namespace shomei::signing::test {
namespace {

const Authority& tsa2026() {
  static const Authority authority("TSA 2026", TsaKey::kRsa3072, "2026-01-01T00:00:00Z", "2032-01-01T00:00:00Z");
  return authority;
}
const Authority& tsa2030() {
  static const Authority authority("TSA 2030", TsaKey::kP256, "2030-01-01T00:00:00Z", "2043-01-01T00:00:00Z");
  return authority;
}
const Authority& tsa2041() {
  static const Authority authority("TSA 2041", TsaKey::kP384, "2041-01-01T00:00:00Z", "2060-01-01T00:00:00Z");
  return authority;
}

const Time kStamped = kSigned + std::chrono::minutes(1), kRenewed = at("2030-11-01T00:00:00Z"),
           kRenewedAgain = at("2041-06-01T00:00:00Z"), kFarAway = at("2056-01-01T00:00:00Z");

/// SHA-256 ends with 2045; RSA-2048 ends with 2030 anyway.
Policy policy_of_2056() {
  Policy policy;
  for (auth::SignatureRule& rule : policy.profiles.algorithms.signatures) {
    if (rule.algorithm != "1.2.840.10045.4.3.3" && rule.algorithm != "1.2.840.10045.4.3.4") {
      rule.not_after = at("2045-12-31T23:59:59Z");
    }
  }
  return policy;
}

struct Case {
  Format format;
  Packaging packaging;
};

class LongTerm : public testing::TestWithParam<Case> {
 protected:
  LongTerm() : document_(Document::from_bytes("referral.xml", must(read_file(sample("referral_cda.xml"), 1 << 20)))) {
    TestKey key = key_of("doctor2");
    signature_ = sign(key, document_, GetParam().format, GetParam().packaging);
  }

  std::vector<Document> detached() const {
    return GetParam().packaging == Packaging::kDetached ? std::vector{document_} : std::vector<Document>();
  }

  /// Level LTA on the day of signing.
  Bytes archived() const { return archived(evidence()); }
  Bytes archived(auth::ValidationInputs given) const {
    tsa2026().trust(given, kStamped);
    const Extended made =
        extended(signature_, {.authority = &tsa2026(), .time = kStamped, .evidence = given, .detached = detached()});
    EXPECT_EQ(made.level, Level::kLTA);
    EXPECT_TRUE(made.pending.empty());
    return made.bytes;
  }

  Bytes renewed(const Bytes& file, const Authority& before, const Authority& by, Time time,
                DigestAlgorithm digest) const {
    auth::ValidationInputs given = anchors();
    before.trust(given, time);
    by.trust(given, time);
    return extended(file, {.authority = &by, .time = time, .evidence = given, .detached = detached(), .digest = digest})
        .bytes;
  }

  /// All anchors, and no evidence but the newest authority's list of the day.
  static auth::ValidationInputs anchors() {
    auth::ValidationInputs given{.anchors = evidence().anchors};
    for (const Authority* authority : {&tsa2026(), &tsa2030(), &tsa2041()}) {
      given.anchors.push_back(must(auth::Certificate::parse(authority->identity.ca_der())));
    }
    return given;
  }

  SignatureReport judge(const Bytes& file, Time time, const Authority& newest, const Policy& policy = {}) const {
    auth::ValidationInputs given = anchors();
    newest.trust(given, time);
    return judged({.file = Document::from_bytes("signature", file),
                   .detached = detached(),
                   .evidence = given,
                   .at = time,
                   .policy = policy});
  }

  Document document_;
  Bytes signature_;
};

TEST_P(LongTerm, EachLevelIsWhatTheFileHas) {
  for (const Level level : {Level::kT, Level::kLT, Level::kLTA}) {
    auth::ValidationInputs given = evidence();
    tsa2026().trust(given, kStamped);
    const Extended made = extended(
        signature_,
        {.level = level, .authority = &tsa2026(), .time = kStamped, .evidence = given, .detached = detached()});
    EXPECT_EQ(made.level, level);
    VerifyInputs judge = inputs(made.bytes, detached());
    tsa2026().trust(judge.evidence, kJudged);
    const SignatureReport report = judged(judge);
    EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
    EXPECT_EQ(report.level, level) << shown(report);
    EXPECT_EQ(report.best_signature_time, kStamped);
    for (const TimestampReport& stamp : report.timestamps) {
      EXPECT_EQ(stamp.indication, Indication::kTotalPassed) << shown(report);
    }
  }
}

TEST_P(LongTerm, RenewedInTimeItStandsIn2056) {
  const Bytes once = renewed(archived(), tsa2026(), tsa2030(), kRenewed, DigestAlgorithm::kSha256);
  const SignatureReport in_2035 = judge(once, at("2035-01-01T00:00:00Z"), tsa2030());
  EXPECT_EQ(in_2035.indication, Indication::kTotalPassed) << shown(in_2035);
  const Bytes twice = renewed(once, tsa2030(), tsa2041(), kRenewedAgain, DigestAlgorithm::kSha512);
  const SignatureReport report = judge(twice, kFarAway, tsa2041(), policy_of_2056());
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_EQ(report.level, Level::kLTA);
  EXPECT_EQ(report.best_signature_time, kStamped);
  EXPECT_EQ(report.timestamps.size(), 4U);
}

TEST_P(LongTerm, NotRenewedItEndsWithItsAlgorithms) {
  const SignatureReport in_2031 = judge(archived(), at("2031-06-01T00:00:00Z"), tsa2026());
  EXPECT_EQ(in_2031.indication, Indication::kTotalPassed) << "the RSA-3072 stamp is still good: " << shown(in_2031);
  const SignatureReport in_2035 = judge(archived(), at("2035-01-01T00:00:00Z"), tsa2026());
  EXPECT_EQ(in_2035.indication, Indication::kIndeterminate) << "the stamp's certificate has expired";
  EXPECT_EQ(in_2035.best_signature_time, std::nullopt);
  const Bytes once = renewed(archived(), tsa2026(), tsa2030(), kRenewed, DigestAlgorithm::kSha256);
  const SignatureReport in_2056 = judge(once, kFarAway, tsa2030(), policy_of_2056());
  EXPECT_EQ(in_2056.indication, Indication::kIndeterminate) << shown(in_2056);
}

/// RSA-2048 of the signer and its CA has ended, and only a stamp without archive stamp protects: the CA's certificate
/// and lists are not proved to be older than the end.
TEST_P(LongTerm, AStampAloneDoesNotOutliveTheAlgorithmsOfTheChain) {
  auth::ValidationInputs given = evidence();
  tsa2026().trust(given, kStamped);
  const Extended made = extended(
      signature_,
      {.level = Level::kLT, .authority = &tsa2026(), .time = kStamped, .evidence = given, .detached = detached()});
  const SignatureReport report = judge(made.bytes, at("2031-06-01T00:00:00Z"), tsa2026());
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_TRUE(has_finding(report, "algorithm.refused", Severity::kFail)) << shown(report);
}

TEST_P(LongTerm, AStampOfARevokedAuthorityProvesNothing) {
  auth::ValidationInputs given = anchors();
  tsa2026().trust(given, at("2027-01-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
  const SignatureReport report = judged({.file = Document::from_bytes("signature", archived()),
                                         .detached = detached(),
                                         .evidence = given,
                                         .at = at("2027-01-01T00:00:00Z")});
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_EQ(report.best_signature_time, std::nullopt);
  EXPECT_TRUE(has_finding(report, "timestamp.certificate", Severity::kWarn));
}

/// A renewal before the authority was revoked saves what it had stamped.
TEST_P(LongTerm, RenewedBeforeItsAuthorityWasRevokedItStands) {
  const Bytes once = renewed(archived(), tsa2026(), tsa2030(), kRenewed, DigestAlgorithm::kSha256);
  auth::ValidationInputs given = anchors();
  tsa2030().trust(given, at("2031-06-01T00:00:00Z"));
  tsa2026().trust(given, at("2031-06-01T00:00:00Z"), at("2031-01-01T00:00:00Z"));
  const SignatureReport report = judged({.file = Document::from_bytes("signature", once),
                                         .detached = detached(),
                                         .evidence = given,
                                         .at = at("2031-06-01T00:00:00Z")});
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
}

TEST_P(LongTerm, StrictFreshnessAsksForAListIssuedAfterTheStamp) {
  Policy strict;
  strict.freshness = auth::Freshness::kStrict;
  VerifyInputs judge = inputs(archived(), detached());
  judge.policy = strict;
  tsa2026().trust(judge.evidence, kJudged);
  SignatureReport report = judged(judge);
  EXPECT_EQ(report.indication, Indication::kIndeterminate) << shown(report);
  EXPECT_EQ(report.sub_indication, SubIndication::kTryLater);
  EXPECT_TRUE(has_finding(report, "revocation.too-old", Severity::kWarn)) << shown(report);
  EXPECT_EQ(report.freshness, auth::Freshness::kStrict);
}

std::string form_name(const testing::TestParamInfo<Case>& form) {
  constexpr std::array kPackagings{"Enveloped", "Enveloping", "Detached"};
  return fmt::format("{}{}", name(form.param.format), kPackagings.at(static_cast<std::size_t>(form.param.packaging)));
}

INSTANTIATE_TEST_SUITE_P(Forms, LongTerm,
                         testing::Values(Case{Format::kXades, Packaging::kEnveloped},
                                         Case{Format::kXades, Packaging::kEnveloping},
                                         Case{Format::kXades, Packaging::kDetached},
                                         Case{Format::kCades, Packaging::kDetached}),
                         form_name);

/// doctor1 is revoked by the list that comes out an hour after signing.
TEST(RevokedLater, AStampFromBeforeSettlesIt) {
  TestKey key = key_of("doctor1");
  const Document document = Document::from_bytes("d", {'x'});
  const Bytes signature = sign(key, document, Format::kCades, Packaging::kDetached);
  auth::ValidationInputs given = evidence();
  tsa2026().trust(given, kStamped);
  const Bytes stamped =
      extended(
          signature,
          {.level = Level::kT, .authority = &tsa2026(), .time = kStamped, .evidence = given, .detached = {document}})
          .bytes;
  const Time later = kEpoch + std::chrono::hours(2);
  VerifyInputs with{.file = Document::from_bytes("s", stamped),
                    .detached = {document},
                    .evidence = evidence("crl_next"),
                    .at = later};
  tsa2026().trust(with.evidence, later);
  const SignatureReport report = judged(with);
  EXPECT_EQ(report.indication, Indication::kTotalPassed) << shown(report);
  EXPECT_TRUE(has_finding(report, "revocation.revoked-later", Severity::kInfo)) << shown(report);
  with.file = Document::from_bytes("s", signature);
  const SignatureReport without = judged(with);
  EXPECT_EQ(without.sub_indication, SubIndication::kRevokedNoPoe) << shown(without);
}

}  // namespace
}  // namespace shomei::signing::test
