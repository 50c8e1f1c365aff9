#pragma once

#include "base/json.h"
#include "cli/context.h"
#include "cli/key_access.h"

namespace shomei::cli {

/// What is in the readers, as the agent's GET /v1/cards gives it: `[{"reader", "state", "family", "uses", "details"}]`,
/// from the agent where one may be asked, else read from the cards. No PIN, no try spent. Errors: card.*, agent's.
Result<Json> card_rows(const KeyOptions& options, const Context& context);

}  // namespace shomei::cli
