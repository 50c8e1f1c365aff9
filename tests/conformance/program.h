#pragma once

#include <string>
#include <vector>

namespace shomei::conformance {

/// How a run of our own program ended.
struct ProgramResult {
  /// Exit status; -1 where it could not be started or was killed.
  int status = -1;
  std::string standard_output;
};

/// Runs `shomei ARGUMENTS`, the program that lies beside this one, without a shell, and waits for it.
ProgramResult run_shomei(const std::vector<std::string>& arguments);

}  // namespace shomei::conformance
