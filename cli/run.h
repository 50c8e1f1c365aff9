#pragma once

#include "base/clock.h"

namespace shomei::cli {

/// The whole program: reads the arguments, runs the command, reports what went wrong. Gives the exit status of the
/// design (0, 1, 2, 64, 65, 69, 70, 77).
int run(int count, char** arguments, const Clock& clock);

}  // namespace shomei::cli
