#pragma once

#include "agent/card_work.h"
#include "agent/config.h"
#include "agent/server_link.h"
#include "agent/session_keeper.h"

namespace shomei::agent {

struct LoginRequest {
  std::string server;
  std::string reader;
  bool spend_last_try = false;
  LoginWishes wishes;
  Peer peer;
};

/// Logs in at a configured server with the card's authentication key.
class LoginWork {
 public:
  LoginWork(const Config& config, CardWork& work, Presence& presence, SessionKeeper& sessions,
            TransportMaker transports, const Clock& clock)
      : config_(config),
        work_(work),
        presence_(presence),
        sessions_(sessions),
        transports_(std::move(transports)),
        clock_(clock) {}

  /// Gives `{"access_token", "id_token", "expires_in", "session_id", "claims"}`; the session lives on in the keeper.
  /// Errors: not_permitted (the server is not configured; nothing was sent anywhere), net.*, card.*, pin.*,
  /// what the server says.
  Result<OrderedJson> run(const LoginRequest& request, std::stop_token stop);

 private:
  Result<OrderedJson> start_session(Session session, std::uint64_t departures, const ServerConfig& server);
  const Config& config_;
  CardWork& work_;
  Presence& presence_;
  SessionKeeper& sessions_;
  TransportMaker transports_;
  const Clock& clock_;
};

}  // namespace shomei::agent
