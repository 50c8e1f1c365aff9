#include "base/work_budget.h"

#include <fmt/format.h>

namespace shomei {

Result<void> WorkBudget::spend(std::string_view what, std::uint64_t steps) {
  if (steps > left_) {
    left_ = 0;
    return fail(Code::kWorkBudgetSpent, fmt::format("{}: more than {} steps", what, total_));
  }
  left_ -= steps;
  return {};
}

}  // namespace shomei
