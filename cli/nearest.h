#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shomei::cli {

/// The candidate with the least edits from `word`, if these are at most half of it; empty otherwise.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace shomei::cli
