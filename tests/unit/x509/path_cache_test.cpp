#include "auth/x509/path_cache.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "test_pki.h"

namespace shomei::auth {
namespace {

using testing::Contains;
using testing::Not;

class PathCacheTest : public testing::Test {
 protected:
  PathCacheTest() { inputs_.paths = &cache_; }

  ValidationReport judge_at(const char* at) {
    return judge("holders/doctor1/signature.cer", Purpose::kSignature, inputs_, parse_rfc3339(at).value(), profiles_);
  }

  ProfileSet profiles_ = ProfileSet::defaults();
  PathCache cache_;
  ValidationInputs inputs_ = evidence("signature");
};

TEST_F(PathCacheTest, the_second_judgement_needs_no_path_but_the_same_answer) {
  const auto first = to_json(judge_at("2026-04-01T01:00:00Z"));
  EXPECT_EQ(cache_.size(), 1U);
  inputs_.anchors.clear();
  EXPECT_EQ(to_json(judge_at("2026-04-01T02:00:00Z")), first);
}

TEST_F(PathCacheTest, bytes_that_were_seen_need_no_parsing_either) {
  const Bytes leaf = to_bytes(certificate("holders/doctor1/signature.cer").der());
  ValidationOptions options{.at = one_o_clock(), .purpose = Purpose::kSignature};
  const auto first = validate(ByteView(leaf), inputs_, options, ProfileSet::defaults());
  inputs_.anchors.clear();
  const auto second = validate(ByteView(leaf), inputs_, options, ProfileSet::defaults());
  EXPECT_EQ(to_json(first.value()), to_json(second.value()));
  EXPECT_EQ(validate(as_bytes("no certificate"), inputs_, options, ProfileSet::defaults()).error().code,
            Code::kInputNotCertificate);
}

TEST_F(PathCacheTest, revocation_is_looked_up_each_time) {
  EXPECT_EQ(judge_at("2026-04-01T01:00:00Z").verdict, Verdict::kValid);
  inputs_.crls = load_crls({pki("crl"), pki("crl_next")}).value();
  EXPECT_EQ(judge_at("2026-04-01T01:00:00Z").verdict, Verdict::kInvalid);
  inputs_.crls.clear();
  EXPECT_EQ(judge_at("2026-04-01T01:00:00Z").verdict, Verdict::kIndeterminate);
}

TEST_F(PathCacheTest, no_verdict_is_used_past_an_edge_of_validity) {
  profiles_.algorithms.keys = {{KeyType::kRsa, 2048, std::nullopt}};
  const ValidationReport report = judge_at("2026-04-01T01:00:00Z");
  ProfileSet without_sunsets;
  const PathVerdict verdict = bounded(report, without_sunsets, one_o_clock());
  Time first = Time::min();
  Time last = Time::max();
  for (const Certificate& one : report.path) {
    first = std::max(first, one.facts().not_before);
    last = std::min(last, one.facts().not_after);
  }
  EXPECT_EQ(verdict.from, first);
  EXPECT_EQ(verdict.until, last + std::chrono::seconds(1));
  cache_.keep("a", Purpose::kAny, verdict);
  EXPECT_NE(cache_.find("a", Purpose::kAny, last), nullptr);
  EXPECT_EQ(cache_.find("a", Purpose::kAny, last + std::chrono::seconds(1)), nullptr);
  EXPECT_EQ(cache_.find("a", Purpose::kAny, first - std::chrono::seconds(1)), nullptr);
  EXPECT_THAT(checks(judge_at("2056-04-01T01:00:00Z").findings), Contains("path.expired"));
}

TEST_F(PathCacheTest, nor_past_the_sunset_of_an_algorithm) {
  const ValidationReport report = judge_at("2026-04-01T01:00:00Z");
  ProfileSet profiles;
  const Time sunset = one_o_clock() + std::chrono::days(400);
  profiles.algorithms.keys = {{.type = KeyType::kRsa, .min_bits = 2048, .not_after = sunset}};
  const PathVerdict verdict = bounded(report, profiles, one_o_clock());
  // From then on it is warned of.
  EXPECT_LE(verdict.until, sunset - kSunsetWarning + std::chrono::seconds(1));
  EXPECT_GT(verdict.until, one_o_clock());
}

TEST_F(PathCacheTest, a_verdict_serves_one_purpose) {
  EXPECT_EQ(judge_at("2026-04-01T01:00:00Z").verdict, Verdict::kValid);
  EXPECT_EQ(judge("holders/doctor1/signature.cer", Purpose::kAuthentication, inputs_).verdict, Verdict::kInvalid);
}

TEST_F(PathCacheTest, only_acceptance_is_kept) {
  inputs_.crls.clear();
  EXPECT_EQ(judge_at("2026-04-01T01:00:00Z").verdict, Verdict::kIndeterminate);
  EXPECT_EQ(cache_.size(), 0U);
}

TEST(PathCache, is_bounded) {
  PathCache cache(2);
  for (const char* name : {"a", "b", "c"}) {
    cache.keep(name, Purpose::kAny, {.report = {}, .from = Time::min(), .until = Time::max()});
  }
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_NE(cache.find("c", Purpose::kAny, one_o_clock()), nullptr);
}

}  // namespace
}  // namespace shomei::auth
