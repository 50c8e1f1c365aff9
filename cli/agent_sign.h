#pragma once

#include <span>

#include "cli/agent_client.h"
#include "cli/sign_plan.h"

namespace shomei::cli {

/// Has the agent sign the items that have no error yet, and writes what comes back. As many documents as fit go into
/// one job, which asks for the PIN once. Errors: what ends the whole (agent.*, net.*); the rest is in the items.
Result<void> sign_by_agent(AgentClient& agent, std::span<SignItem> items, const SignOptions& options,
                           const Extender& extender);

}  // namespace shomei::cli
