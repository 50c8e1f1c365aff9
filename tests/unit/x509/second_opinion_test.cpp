#include "auth/x509/second_opinion.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "forge.h"
#include "test_pki.h"

namespace shomei::auth {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Extensions = std::vector<std::pair<std::string, std::string>>;

/// Leaf, CA, root, each as the test wants it.
class SecondOpinion : public testing::Test {
 protected:
  OwnedPkey root_key_ = forge_key();
  OwnedPkey ca_key_ = forge_key();
  OwnedPkey leaf_key_ = forge_key();
  Time june_ = parse_rfc3339("2026-06-01T00:00:00Z").value();

  Certificate root(Extensions extensions = {}, bool ca = true) const {
    return forge({.subject = "Root",
                  .issuer = "Root",
                  .key = root_key_.get(),
                  .issuer_key = root_key_.get(),
                  .ca = ca,
                  .extensions = std::move(extensions)});
  }
  Certificate ca(Extensions extensions = {}, bool is_ca = true) const {
    return forge({.subject = "CA",
                  .issuer = "Root",
                  .key = ca_key_.get(),
                  .issuer_key = root_key_.get(),
                  .serial = 2,
                  .ca = is_ca,
                  .extensions = std::move(extensions)});
  }
  Certificate leaf(Extensions extensions = {}, std::string issuer = "CA", EVP_PKEY* key = nullptr) const {
    return forge({.subject = "Leaf",
                  .issuer = std::move(issuer),
                  .key = leaf_key_.get(),
                  .issuer_key = key != nullptr ? key : ca_key_.get(),
                  .serial = 3,
                  .ca = false,
                  .extensions = std::move(extensions)});
  }
  std::vector<Finding> opinion(const Path& path) const { return second_opinion(path, june_); }
};

TEST_F(SecondOpinion, agrees_with_good_paths) {
  EXPECT_THAT(opinion({leaf(), ca(), root()}), IsEmpty());
  const Path hpki{certificate("holders/doctor1/signature.cer"), certificate("trust/signature/sign_ca.cer"),
                  certificate("trust/signature/root.cer")};
  EXPECT_THAT(opinion(hpki), IsEmpty());
  EXPECT_THAT(opinion({root()}), IsEmpty()) << "an anchor alone";
}

TEST_F(SecondOpinion, refuses_what_is_wrong) {
  const auto refused = [&](const Path& path, Time at) {
    const auto findings = second_opinion(path, at);
    EXPECT_EQ(verdict_of(findings), Verdict::kInvalid);
    return checks(findings, Severity::kFail);
  };
  EXPECT_THAT(refused({leaf({}, "CA", root_key_.get()), ca(), root()}, june_), ElementsAre("path.second-opinion"))
      << "signature";
  EXPECT_THAT(refused({leaf({}, "CB"), ca(), root()}, june_), ElementsAre("path.second-opinion")) << "name";
  EXPECT_THAT(refused({leaf(), ca({}, false), root()}, june_), ElementsAre("path.second-opinion")) << "no CA";
  const Time later = parse_rfc3339("2027-06-01T00:00:00Z").value();
  EXPECT_THAT(refused({leaf(), ca(), root()}, later), ElementsAre("path.second-opinion", "path.second-opinion"))
      << "leaf and CA have expired; of the anchor that does not matter";
  EXPECT_THAT(refused({leaf({{"1.2.3.4", "critical,DER:0500"}}), ca(), root()}, june_),
              ElementsAre("path.second-opinion"));
}

TEST_F(SecondOpinion, path_lengths) {
  const OwnedPkey key = forge_key();
  const auto below = forge({.subject = "CB", .issuer = "CA", .key = key.get(), .issuer_key = ca_key_.get()});
  const auto end = leaf({}, "CB", key.get());
  const auto limited =
      forge({.subject = "CA",
             .issuer = "Root",
             .key = ca_key_.get(),
             .issuer_key = root_key_.get(),
             .serial = 2,
             .ca = false,
             .extensions = {{"basicConstraints", "critical,CA:TRUE,pathlen:0"}, {"keyUsage", "critical,keyCertSign"}}});
  EXPECT_THAT(opinion({end, below, ca(), root()}), IsEmpty());
  EXPECT_EQ(verdict_of(opinion({end, below, limited, root()})), Verdict::kInvalid);
}

TEST_F(SecondOpinion, of_the_anchor_name_and_key_count) {
  // The CA is the anchor: not self-signed.
  const auto partial = opinion({leaf(), ca()});
  EXPECT_THAT(checks(partial), ElementsAre("path.second-opinion-abstained"));
  EXPECT_EQ(partial[0].certificate, 1U);
  EXPECT_EQ(verdict_of(partial), Verdict::kValid);
  // An anchor without basicConstraints, as of version 1.
  const auto old = opinion({leaf(), ca(), root({}, false)});
  EXPECT_EQ(verdict_of(old), Verdict::kValid);
  EXPECT_THAT(old[0].detail, HasSubstr("6.1.1"));
  // Its key does count.
  EXPECT_EQ(verdict_of(opinion({leaf({}, "CA", leaf_key_.get()), ca()})), Verdict::kInvalid);
}

TEST_F(SecondOpinion, abstains_from_policies_and_says_so) {
  const std::vector<std::pair<Extensions, const char*>> cases{
      {{{"policyConstraints", "critical,requireExplicitPolicy:0"}}, "4.2.1.11"},
      {{{"inhibitAnyPolicy", "critical,0"}}, "4.2.1.14"},
      {{{"policyMappings", "critical,1.2.3:1.2.4"}}, "4.2.1.5"},
      {{{"policyMappings", "1.2.3:1.2.4"}}, "4.2.1.5"},
  };
  for (const auto& [extensions, clause] : cases) {
    const auto findings = opinion({leaf(), ca(extensions), root()});
    ASSERT_EQ(findings.size(), 1U) << clause;
    EXPECT_EQ(findings[0].check, Check::kSecondOpinionAbstained);
    EXPECT_EQ(findings[0].severity, Severity::kInfo);
    EXPECT_EQ(findings[0].certificate, 1U);
    EXPECT_THAT(findings[0].detail, HasSubstr(clause));
  }
  // What Botan knows nothing about beside them is refused all the same.
  const auto both =
      opinion({leaf(), ca({{"inhibitAnyPolicy", "critical,0"}, {"1.2.3.4", "critical,DER:0500"}}), root()});
  EXPECT_EQ(verdict_of(both), Verdict::kInvalid);
}

TEST_F(SecondOpinion, name_constraints_count_where_botan_follows_the_standard) {
  const auto judged = [&](const char* constraint, const char* name) {
    return opinion({leaf({{"subjectAltName", name}}), ca({{"nameConstraints", constraint}}), root()});
  };
  EXPECT_THAT(judged("critical,permitted;DNS:example.jp", "DNS:a.example.jp"), IsEmpty());
  EXPECT_THAT(checks(judged("critical,permitted;DNS:example.jp", "DNS:a.example.com")),
              ElementsAre("path.second-opinion"));
  EXPECT_THAT(checks(judged("critical,permitted;email:example.jp", "email:a@example.jp")),
              ElementsAre("path.second-opinion-abstained"));
  EXPECT_THAT(checks(judged("critical,permitted;IP:2001:db8::/ffff:ffff::", "DNS:a.example.jp")),
              Contains("path.second-opinion-abstained"));
}

TEST_F(SecondOpinion, a_validity_without_end_is_beyond_it) {
  // RFC 5280 4.1.2.5: 99991231235959Z says that there is no well-defined end.
  const auto endless = load_certificate(scenarios() / "validity-no-end" / "leaf.cer");
  ASSERT_TRUE(endless.has_value());
  EXPECT_THAT(checks(opinion({*endless, ca(), root()})), ElementsAre("path.second-opinion-abstained"));
}

TEST_F(SecondOpinion, the_list_has_reasons_and_clauses) {
  for (const Abstention& row : abstentions()) {
    EXPECT_FALSE(row.reason.empty());
    EXPECT_THAT(std::string(row.clause), HasSubstr("RFC"));
  }
}

TEST_F(SecondOpinion, works_from_several_threads_and_starts_none) {
  const auto count = [] {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  const auto before = count();
  const Path path{leaf(), ca(), root()};
  EXPECT_THAT(opinion(path), IsEmpty());
  EXPECT_EQ(count(), before);
  std::vector<std::jthread> threads;
  std::array<std::size_t, 4> objections{};
  for (std::size_t i = 0; i < objections.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        objections[i] += opinion(path).size();
      }
    });
  }
  threads.clear();
  EXPECT_THAT(objections, testing::Each(0U));
}

TEST_F(SecondOpinion, more_authorities_than_it_keeps) {
  for (long i = 0; i < 100; ++i) {
    const auto one = forge(
        {.subject = "CA", .issuer = "Root", .key = ca_key_.get(), .issuer_key = root_key_.get(), .serial = 100 + i});
    EXPECT_THAT(opinion({leaf(), one, root()}), IsEmpty());
  }
}

TEST_F(SecondOpinion, stands_beside_openssl_in_every_judgement) {
  ValidationOptions options;
  options.at = june_;
  options.check_revocation = false;
  // Without certificatePolicies beside them, OpenSSL 3.0 loses the memory of decoded policyConstraints.
  const ValidationInputs inputs{.anchors = {root()},
                                .chain = {ca({{"certificatePolicies", "2.5.29.32.0"},
                                              {"policyConstraints", "critical,inhibitPolicyMapping:0"}})}};
  const auto report = validate(leaf(), inputs, options, ProfileSet::defaults());
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_THAT(checks(report.findings), Contains("path.second-opinion-abstained"));
}

}  // namespace
}  // namespace shomei::auth
