#include "auth/x509/path_search.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "forge.h"

namespace shomei::auth {
namespace {

using testing::ElementsAre;

/// What a search came to, and what it cost.
struct Outcome {
  std::vector<std::string> path;
  bool found = false;
  bool ended = false;
  std::uint64_t steps = 0;
  std::size_t signature_checks = 0;
  std::size_t paths = 0;
};

constexpr std::uint64_t kBudget = 512;

Outcome look_for(
    const Certificate& leaf, const std::vector<Certificate>& anchors, const std::vector<Certificate>& chain,
    const std::function<bool(const Path&)>& accept = [](const Path&) { return true; }) {
  WorkBudget budget(kBudget);
  const IssuerIndex anchor_index(anchors);
  const IssuerIndex chain_index(chain);
  PathSearch search(anchor_index, chain_index, budget);
  Outcome outcome;
  const auto done = search.each(leaf, [&](const Path& path) {
    ++outcome.paths;
    outcome.path.clear();
    for (const Certificate& certificate : path) {
      outcome.path.push_back(certificate.facts().serial);
    }
    return accept(path);
  });
  outcome.found = done.value_or(false);
  outcome.ended = !done.has_value();
  outcome.steps = budget.spent();
  outcome.signature_checks = search.signature_checks();
  return outcome;
}

using Extensions = std::vector<std::pair<std::string, std::string>>;

class PathSearchTest : public testing::Test {
 protected:
  OwnedPkey root_key_ = forge_key();
  OwnedPkey ca_key_ = forge_key();
  OwnedPkey other_key_ = forge_key();
  OwnedPkey leaf_key_ = forge_key();
  Certificate root_ = make("Root", "Root", root_key_, root_key_, 1);

  static Certificate make(const std::string& subject, const std::string& issuer, const OwnedPkey& key,
                          const OwnedPkey& issuer_key, long serial, Extensions extensions = {}) {
    return forge({.subject = subject,
                  .issuer = issuer,
                  .key = key.get(),
                  .issuer_key = issuer_key.get(),
                  .serial = serial,
                  .extensions = std::move(extensions)});
  }
  static Extensions keys(const char* subject, const char* authority) {
    Extensions made{{"subjectKeyIdentifier", subject}};
    // keyIdentifier [0] of two octets.
    made.emplace_back("2.5.29.35", fmt::format("DER:30048002{}", authority));
    return made;
  }
};

TEST_F(PathSearchTest, one_issuer_of_the_name_needs_no_signature_check) {
  const auto ca = make("CA", "Root", ca_key_, root_key_, 2);
  const Outcome outcome = look_for(make("Leaf", "CA", leaf_key_, ca_key_, 3), {root_}, {ca});
  EXPECT_TRUE(outcome.found);
  EXPECT_THAT(outcome.path, ElementsAre("03", "02", "01"));
  EXPECT_EQ(outcome.signature_checks, 0U);
}

TEST_F(PathSearchTest, ten_thousand_others_change_nothing) {
  std::vector<Certificate> chain;
  const auto other = make("Other", "Other", other_key_, other_key_, 9);
  chain.assign(10'000, other);
  chain.insert(chain.begin() + 5000, make("CA", "Root", ca_key_, root_key_, 2));
  const Outcome outcome = look_for(make("Leaf", "CA", leaf_key_, ca_key_, 3), {root_}, chain);
  EXPECT_TRUE(outcome.found);
  EXPECT_EQ(outcome.steps, 2U) << "one for each issuer";
}

TEST_F(PathSearchTest, ten_thousand_look_alikes_with_other_key_identifiers_are_not_looked_at) {
  const auto look_alike = make("CA", "Root", other_key_, root_key_, 9, keys("BBBB", "0000"));
  std::vector<Certificate> chain(10'000, look_alike);
  chain.insert(chain.begin() + 7000, make("CA", "Root", ca_key_, root_key_, 2, keys("AAAA", "0000")));
  const Outcome outcome = look_for(make("Leaf", "CA", leaf_key_, ca_key_, 3, keys("CCCC", "AAAA")), {root_}, chain);
  EXPECT_TRUE(outcome.found);
  EXPECT_THAT(outcome.path, ElementsAre("03", "02", "01"));
  EXPECT_LE(outcome.steps, 4U);
  EXPECT_LE(outcome.signature_checks, 2U);
}

TEST_F(PathSearchTest, ten_thousand_look_alikes_with_the_same_key_identifier_end_the_search) {
  std::vector<Certificate> chain;
  for (long i = 0; i < 10'000; ++i) {
    // Twenty certificates again and again: none of their keys signed the leaf.
    chain.push_back(i < 20 ? make("CA", "Root", other_key_, root_key_, 100 + i, keys("AAAA", "0000"))
                           : chain[static_cast<std::size_t>(i % 20)]);
  }
  const Outcome outcome = look_for(make("Leaf", "CA", leaf_key_, ca_key_, 3, keys("CCCC", "AAAA")), {root_}, chain);
  EXPECT_TRUE(outcome.ended);
  EXPECT_LE(outcome.steps, kBudget);
  EXPECT_LE(outcome.signature_checks, kBudget);
}

TEST_F(PathSearchTest, ten_thousand_authorities_in_a_cycle) {
  // Each is issued by the one before it, the first by the last; none by the root.
  std::vector<Certificate> chain;
  constexpr long kCount = 10'000;
  for (long i = 0; i < kCount; ++i) {
    chain.push_back(make(fmt::format("CA {}", i), fmt::format("CA {}", (i + 1) % kCount), ca_key_, ca_key_, i + 10));
  }
  const Outcome outcome = look_for(make("Leaf", "CA 0", leaf_key_, ca_key_, 3), {root_}, chain);
  EXPECT_FALSE(outcome.found);
  EXPECT_FALSE(outcome.ended);
  EXPECT_EQ(outcome.steps, PathSearch::kMaxPathLength - 1) << "one a level, up to the longest path";
  EXPECT_EQ(outcome.paths, 0U);
}

TEST_F(PathSearchTest, every_one_issued_by_every_other_ends_by_count) {
  std::vector<Certificate> chain;
  for (long i = 0; i < 200; ++i) {
    chain.push_back(make(i % 2 == 0 ? "CA" : "CB", i % 2 == 0 ? "CB" : "CA", ca_key_, ca_key_, i + 10));
  }
  const Outcome outcome = look_for(make("Leaf", "CA", leaf_key_, ca_key_, 3), {root_}, chain);
  EXPECT_TRUE(outcome.ended);
  EXPECT_LE(outcome.signature_checks, kBudget);
}

TEST_F(PathSearchTest, paths_end_at_their_longest) {
  std::vector<Certificate> chain;
  const auto levels = [&](long count) {
    chain.clear();
    for (long i = 0; i < count; ++i) {
      chain.push_back(make(fmt::format("CA {}", i), i == 0 ? "Root" : fmt::format("CA {}", i - 1), ca_key_,
                           i == 0 ? root_key_ : ca_key_, i + 10));
    }
    return look_for(make("Leaf", fmt::format("CA {}", count - 1), leaf_key_, ca_key_, 3), {root_}, chain);
  };
  EXPECT_TRUE(levels(PathSearch::kMaxPathLength - 2).found) << "with leaf and root";
  const Outcome longer = levels(PathSearch::kMaxPathLength - 1);
  EXPECT_FALSE(longer.found);
  EXPECT_FALSE(longer.ended);
}

TEST_F(PathSearchTest, cross_certificates_give_two_paths_and_both_are_offered) {
  const auto other_root = make("Other Root", "Other Root", other_key_, other_key_, 5);
  const auto by_root = make("CA", "Root", ca_key_, root_key_, 2);
  const auto by_other = make("CA", "Other Root", ca_key_, other_key_, 4);
  const auto leaf = make("Leaf", "CA", leaf_key_, ca_key_, 3);
  std::vector<std::string> ends;
  const Outcome outcome = look_for(leaf, {root_, other_root}, {by_root, by_other}, [&](const Path& path) {
    ends.push_back(path.back().facts().name);
    return false;
  });
  EXPECT_THAT(ends, testing::UnorderedElementsAre("Root", "Other Root"));
  EXPECT_FALSE(outcome.found);
  // Only the other root is trusted: its path is found although the first CA leads nowhere.
  EXPECT_THAT(look_for(leaf, {other_root}, {by_root, by_other}).path, ElementsAre("03", "04", "05"));
}

TEST_F(PathSearchTest, key_rollover_goes_through_the_self_issued_certificate) {
  // RFC 4210 4.4: the old key signs the new one under the same name.
  const OwnedPkey new_key = forge_key();
  const auto ca = make("CA", "Root", ca_key_, root_key_, 2);
  const auto new_with_old = make("CA", "CA", new_key, ca_key_, 6);
  const auto leaf = make("Leaf", "CA", leaf_key_, new_key, 3);
  EXPECT_THAT(look_for(leaf, {root_}, {ca, new_with_old}).path, ElementsAre("03", "06", "02", "01"));
  EXPECT_THAT(look_for(leaf, {root_}, {new_with_old, ca}).path, ElementsAre("03", "06", "02", "01"));
  EXPECT_FALSE(look_for(leaf, {root_}, {ca}, [](const Path& path) { return path.size() > 3; }).found);
}

TEST_F(PathSearchTest, the_same_certificate_twice_is_one) {
  const auto ca = make("CA", "Root", ca_key_, root_key_, 2);
  const auto leaf = make("Leaf", "CA", leaf_key_, ca_key_, 3);
  const Outcome outcome = look_for(leaf, {root_, ca}, {ca, ca, root_}, [](const Path&) { return false; });
  EXPECT_EQ(outcome.paths, 2U) << "ending at the CA, and at the root";
}

TEST_F(PathSearchTest, names_are_compared_as_names) {
  // RFC 5280 7.1: case and spaces do not count.
  const auto ca = make("The  CA", "Root", ca_key_, root_key_, 2);
  EXPECT_TRUE(look_for(make("Leaf", "the ca", leaf_key_, ca_key_, 3), {root_}, {ca}).found);
  EXPECT_FALSE(look_for(make("Leaf", "the cb", leaf_key_, ca_key_, 3), {root_}, {ca}).found);
}

}  // namespace
}  // namespace shomei::auth
