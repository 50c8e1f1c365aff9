#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace shomei {

/// Counts the steps of a job over foreign input and ends it when there are too many: work is bounded by count, not by
/// time.
class WorkBudget {
 public:
  explicit WorkBudget(std::uint64_t steps) : left_(steps), total_(steps) {}
  /// Errors: work.budget_spent naming `what`.
  Result<void> spend(std::string_view what, std::uint64_t steps = 1);
  std::uint64_t left() const { return left_; }
  std::uint64_t spent() const { return total_ - left_; }

 private:
  std::uint64_t left_;
  std::uint64_t total_;
};

}  // namespace shomei
