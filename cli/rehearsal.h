#pragma once

#include "cli/server_client.h"

namespace shomei::cli {

/// Has the server try a change ({"kind", …}) on those who logged in of late, shows how far it is, and prints who would
/// be refused or let in. Negative when somebody would be refused who gets in now. Errors: what the server reports.
Result<ExitStatus> rehearse(ServerClient& client, const Json& change, const Context& context);

}  // namespace shomei::cli
