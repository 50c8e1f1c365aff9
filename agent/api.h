#pragma once

#include <stop_token>
#include <vector>

#include "agent/config.h"
#include "agent/events.h"
#include "agent/job_table.h"
#include "agent/key_desk.h"
#include "agent/login_work.h"
#include "agent/session_keeper.h"
#include "agent/verify_work.h"
#include "cards/certificate_cache.h"
#include "http/route.h"

namespace shomei::agent {

/// What the routes stand on; all of it outlives the server.
struct Services {
  const Config& config;
  EventBus& events;
  JobTable& jobs;
  LoginWork& login;
  SessionKeeper& sessions;
  const VerifyWork& verify;
  KeyDesk& keys;
  cards::CertificateCache& certificates;
  /// Requested when the agent stops: open dialogs close.
  std::stop_token stop;
};

/// The agent's API (agent/openapi.json describes it; a test compares both). Every route is for the agent's own user
/// alone: root too is refused, it can become that user and is no person with a card.
std::vector<http::Route> routes(const Services& services);

}  // namespace shomei::agent
