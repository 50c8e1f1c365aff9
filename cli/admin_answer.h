#pragma once

#include "base/json.h"
#include "cli/context.h"

namespace shomei::cli {

/// What the administration answered, as JSON or as lines: an answer is an entry, or an object with lists of entries.
void print_answer(const Json& answer, const Context& context);

}  // namespace shomei::cli
