#pragma once

#include "cli/command.h"
#include "cli/server_client.h"

namespace shomei::cli {

/// Groups that have commands of two files.
struct TrustGroups {
  Command ca;
  Command crl;
};

/// admin ca remove|rehearse, crl rehearse, policy, trust, card and approval.
void add_admin_trust_commands(const Command& admin, const TrustGroups& groups,
                              const std::shared_ptr<ServerOptions>& options);

}  // namespace shomei::cli
