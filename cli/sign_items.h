#pragma once

#include <span>

#include "cli/context.h"
#include "cli/sign_plan.h"

namespace shomei::cli {

/// What became of each document, as text or JSON on stdout; why levels are pending, on stderr.
void print_items(std::span<const SignItem> items, const Context& context);

/// Reports the errors. One error's own status where all failed alike, 1 where some of many failed.
ExitStatus report_items(std::span<const SignItem> items, Language language);

}  // namespace shomei::cli
