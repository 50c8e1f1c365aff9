#pragma once

#include <functional>
#include <span>
#include <vector>

#include "auth/x509/certificate.h"
#include "base/work_budget.h"

namespace shomei::auth {

using Path = std::vector<Certificate>;

/// Hands every candidate path from `leaf` (first) to one of `anchors` (last) to `take`, most promising first, until
/// `take` returns true. Issuers are found by name; those whose key identifier fits come first, and where several are
/// left their keys decide. No certificate stands in a path twice. Where no path reaches an anchor, the longest attempt
/// goes to `dead_end`. Errors: work.budget_spent (each signature check and each step costs one).
class PathSearch {
 public:
  PathSearch(std::span<const Certificate> anchors, std::span<const Certificate> chain, WorkBudget& budget)
      : anchors_(anchors), chain_(chain), budget_(&budget) {}

  Result<bool> each(const Certificate& leaf, const std::function<bool(const Path&)>& take);
  /// The longest path that `each` followed without reaching an anchor.
  const Path& dead_end() const { return dead_end_; }

 private:
  Result<bool> extend(Path& path, const std::function<bool(const Path&)>& take);
  Result<std::vector<Certificate>> issuers_of(const Path& path);
  Result<std::vector<Certificate>> choose(const std::vector<Certificate>& issuers, const Certificate& subject);
  bool is_anchor(const Certificate& certificate) const;
  /// Smaller is more promising: key identifiers and keyUsage fit, the next step may be an anchor.
  int distance(const Certificate& issuer, const Certificate& subject) const;

  std::span<const Certificate> anchors_;
  std::span<const Certificate> chain_;
  WorkBudget* budget_;
  Path dead_end_;
};

}  // namespace shomei::auth
