#pragma once

#include <functional>
#include <span>
#include <vector>

#include "auth/x509/certificate.h"
#include "base/work_budget.h"

namespace shomei::auth {

using Path = std::vector<Certificate>;

/// Certificates by subject name and, of one name, by subject key identifier. Made once in n log n comparisons; each
/// question takes log n, whatever a flood of other certificates says. The certificates must outlive it.
class IssuerIndex {
 public:
  IssuerIndex() = default;
  explicit IssuerIndex(std::span<const Certificate> certificates);

  using Entries = std::span<const Certificate* const>;
  /// Those of that subject name.
  Entries of_name(const X509_NAME* name) const;
  /// Of `namesakes`, which `of_name` gave, those with exactly that key identifier (null: without one).
  static Entries with_key(Entries namesakes, const ASN1_OCTET_STRING* key_identifier);
  bool contains(const Certificate& certificate) const;

 private:
  std::vector<const Certificate*> sorted_;
};

/// Hands every candidate path from `leaf` (first) to one of `anchors` (last) to `take`, most promising first, until
/// `take` returns true. Issuers are found by name; those with the key identifier that the certificate names come first,
/// then those with another or none, and where several certificates of the name are there their keys decide, one after
/// the other. No certificate stands in a path twice; a path has at most `kMaxPathLength`. Where no path reaches an
/// anchor, the longest attempt goes to `dead_end`. Errors: work.budget_spent (each candidate that is looked at and each
/// signature check costs one).
class PathSearch {
 public:
  static constexpr std::size_t kMaxPathLength = 20;

  PathSearch(const IssuerIndex& anchors, const IssuerIndex& chain, WorkBudget& budget)
      : anchors_(&anchors), chain_(&chain), budget_(&budget) {}

  Result<bool> each(const Certificate& leaf, const std::function<bool(const Path&)>& take);
  /// The longest path that `each` followed without reaching an anchor.
  const Path& dead_end() const { return dead_end_; }
  std::size_t signature_checks() const { return signature_checks_; }

 private:
  /// Certificates of the wanted name, from the best fitting group to the worst.
  struct Namesakes {
    std::vector<IssuerIndex::Entries> groups;
    std::size_t count = 0;
  };

  Result<bool> extend(Path& path, const std::function<bool(const Path&)>& take);
  Result<bool> step(Path& path, const Certificate& issuer, const std::function<bool(const Path&)>& take);
  Namesakes namesakes_of_issuer(const Certificate& subject) const;
  Result<std::vector<const Certificate*>> rank(IssuerIndex::Entries group, const Path& path);
  bool signed_by(const Certificate& subject, const Certificate& issuer);

  const IssuerIndex* anchors_;
  const IssuerIndex* chain_;
  WorkBudget* budget_;
  Path dead_end_{};
  std::size_t signature_checks_ = 0;
};

}  // namespace shomei::auth
