// Input made to cost much: each ends by a stated limit (docs/limits.md), shown by counting, not by a clock.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "auth/x509/path_check.h"
#include "auth/x509/second_opinion.h"
#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

class Flood : public testing::Test {
 protected:
  OwnedPkey key_ = forge_key();
  Time june_ = parse_rfc3339("2026-06-01T00:00:00Z").value();

  Certificate make(const std::string& subject, const std::string& issuer, long serial, bool ca,
                   std::vector<std::pair<std::string, std::string>> extensions = {}) const {
    return forge({.subject = subject,
                  .issuer = issuer,
                  .key = key_.get(),
                  .issuer_key = key_.get(),
                  .serial = serial,
                  .ca = ca,
                  .extensions = std::move(extensions)});
  }
  PathOpinion ask(const Path& path) const {
    ValidationOptions options;
    options.at = june_;
    options.require_explicit_policy = true;
    return check_path(path, options, AlgorithmRules::defaults());
  }
  /// `count` times `text` with {} replaced by the number.
  static std::string many(const char* text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) {
      all += (i == 0 ? "" : ",") + fmt::format(fmt::runtime(text), i);
    }
    return all;
  }
};

TEST_F(Flood, policy_mappings_that_multiply_at_each_level_are_cut_off) {
  // Each CA maps each of four policies to all four: without a limit on the nodes of the tree (CVE-2023-0464; OpenSSL
  // 3.0.9 and later: 1000) the level below has four times as many, 4^17 in the end.
  const std::string policies = "1.2.3.1,1.2.3.2,1.2.3.3,1.2.3.4";
  std::string mappings;
  for (int from = 1; from <= 4; ++from) {
    for (int to = 1; to <= 4; ++to) {
      mappings += fmt::format("{}1.2.3.{}:1.2.3.{}", mappings.empty() ? "" : ",", from, to);
    }
  }
  const auto opinion_of = [&](long levels) {
    Path path;
    for (long i = 0; i < levels; ++i) {
      path.insert(path.begin(),
                  make(fmt::format("CA {}", i), i == 0 ? "Root" : fmt::format("CA {}", i - 1), i + 2, true,
                       {{"certificatePolicies", policies}, {"policyMappings", "critical," + mappings}}));
    }
    path.insert(path.begin(),
                make("Leaf", fmt::format("CA {}", levels - 1), 99, false, {{"certificatePolicies", policies}}));
    path.push_back(make("Root", "Root", 1, true));
    return ask(path);
  };
  EXPECT_EQ(verdict_of(opinion_of(1).findings), Verdict::kValid) << "the mappings as such are right";
  EXPECT_EQ(verdict_of(opinion_of(3).findings), Verdict::kValid);
  EXPECT_EQ(verdict_of(opinion_of(6).findings), Verdict::kInvalid) << "4 + 16 + 64 + 256 + 1024 and more";
  EXPECT_EQ(verdict_of(opinion_of(17).findings), Verdict::kInvalid);
}

TEST_F(Flood, names_times_constraints) {
  const auto leaf = [&](int names) {
    return make("Leaf", "CA", 3, false,
                {{"certificatePolicies", "2.5.29.32.0"}, {"subjectAltName", many("DNS:{}.a", names)}});
  };
  const auto ca = [&](int constraints) {
    return make("CA", "Root", 2, true,
                {{"certificatePolicies", "2.5.29.32.0"},
                 {"nameConstraints", "critical," + many("excluded;DNS:x{}", constraints)}});
  };
  const auto root = make("Root", "Root", 1, true);
  EXPECT_EQ(verdict_of(ask({leaf(20), ca(20), root}).findings), Verdict::kValid);
  // OpenSSL compares at most 2^20 times.
  const PathOpinion refused = ask({leaf(1500), ca(1500), root});
  EXPECT_THAT(checks(refused.findings, Severity::kFail), testing::ElementsAre("path.other"));
  // Botan compares at most 2^12 times, which is less than OpenSSL may accept: there it abstains.
  const Path between{leaf(100), ca(100), root};
  EXPECT_EQ(verdict_of(ask(between).findings), Verdict::kValid);
  EXPECT_THAT(checks(second_opinion(between, june_)), testing::ElementsAre("path.second-opinion-abstained"));
}

TEST_F(Flood, a_hundred_thousand_policies_or_names_are_not_even_parsed) {
  // Above kMaxCertificateBytes nothing but the length is looked at.
  Bytes der(700'000, 0x30);
  const auto refused = Certificate::parse(der);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kInputTooLarge);
  der.resize(kMaxCertificateBytes);
  EXPECT_EQ(Certificate::parse(der).error().code, Code::kInputNotCertificate);
}

TEST_F(Flood, as_many_policies_and_names_as_fit_are_read_once_each) {
  const auto root = make("Root", "Root", 1, true);
  ValidationOptions options;
  options.at = june_;
  options.check_revocation = false;
  const ValidationInputs inputs{.anchors = {root}};
  const auto verdict = [&](const Certificate& leaf) {
    return validate(leaf, inputs, options, ProfileSet::defaults()).verdict;
  };
  const auto policies = make("Leaf", "Root", 3, false, {{"certificatePolicies", many("1.2.3.{}", 6000)}});
  EXPECT_EQ(policies.facts().policies.size(), 6000U);
  EXPECT_EQ(verdict(policies), Verdict::kInvalid) << "more than the policy tree may have";
  EXPECT_EQ(verdict(make("Leaf", "Root", 3, false, {{"certificatePolicies", many("1.2.3.{}", 400)}})), Verdict::kValid);
  EXPECT_EQ(verdict(make("Leaf", "Root", 3, false, {{"subjectAltName", many("DNS:{}.a", 6000)}})), Verdict::kValid);
}

TEST_F(Flood, ten_thousand_authorities_cost_no_more_work_than_the_budget) {
  std::vector<Certificate> some;
  for (long i = 0; i < 100; ++i) {
    some.push_back(make("CA", i % 2 == 0 ? "CA" : "CB", i + 10, true));
    some.push_back(make("CB", i % 2 == 0 ? "CB" : "CA", i + 1000, true));
  }
  std::vector<Certificate> chain;
  while (chain.size() < 10'000) {
    chain.insert(chain.end(), some.begin(), some.end());
  }
  ValidationOptions options;
  options.at = june_;
  const ValidationInputs inputs{.anchors = {make("Root", "Root", 1, true)}, .chain = std::move(chain)};
  const auto report = validate(make("Leaf", "CA", 3, false), inputs, options, ProfileSet::defaults());
  EXPECT_EQ(report.verdict, Verdict::kIndeterminate);
  EXPECT_THAT(checks(report.findings, Severity::kFail), testing::ElementsAre("path.work-budget"));
}

TEST_F(Flood, ec_keys_that_are_no_point_of_their_curve) {
  // The SubjectPublicKeyInfo of a good certificate is changed in its bytes; signatures do not matter here.
  const Certificate good = make("Leaf", "Root", 3, false);
  const Bytes spki = good.public_key().value().spki();
  const auto with_point = [&](const std::function<void(Bytes&)>& change) {
    Bytes der = to_bytes(good.der());
    Bytes changed = spki;
    change(changed);
    const auto at = std::ranges::search(der, spki);
    std::ranges::copy(changed, at.begin());
    return Certificate::parse(der);
  };
  const auto off_curve = with_point([](Bytes& key) { key.back() ^= 1; });
  if (off_curve) {
    const auto opinion = ask({*off_curve, make("Root", "Root", 1, true)});
    EXPECT_THAT(checks(opinion.findings, Severity::kFail), testing::Contains("algorithm.refused"));
  }
  // A point at infinity is one octet: testcerts/scenarios/key-ec-point-at-infinity.
  const auto infinite = load_certificate(scenarios() / "key-ec-point-at-infinity" / "leaf.cer");
  ASSERT_TRUE(infinite.has_value());
  EXPECT_THAT(checks(ask({*infinite, make("Root", "Root", 1, true)}).findings, Severity::kFail),
              testing::Contains("key.weak"));
  const auto compressed = with_point([](Bytes& key) { key[key.size() - 65] = 2; });  // length of an uncompressed one
  if (compressed) {
    EXPECT_EQ(verdict_of(ask({*compressed, make("Root", "Root", 1, true)}).findings), Verdict::kInvalid);
  }
  const auto hybrid =
      with_point([](Bytes& key) { key[key.size() - 65] = static_cast<std::uint8_t>(6 ^ (~key.back() & 1)); });
  if (hybrid) {
    EXPECT_EQ(verdict_of(ask({*hybrid, make("Root", "Root", 1, true)}).findings), Verdict::kInvalid);
  }
}

}  // namespace
}  // namespace shomei::auth
