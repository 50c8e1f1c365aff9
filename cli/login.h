#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/key_access.h"

namespace shomei::cli {

struct LoginOptions {
  std::string server;
  std::string facility;
  std::string purpose_of_use;
  std::string reason;
  std::vector<std::string> tls_ca;
  KeyOptions key;
};

/// A login: `{"access_token", "id_token", "expires_in", "session_id", "claims"}`. By the agent where one may be asked
/// (which then keeps the session alive), otherwise with the card or token from here: then nobody renews the lease.
struct Login {
  Json answer;
  bool kept_alive = false;
};
/// Errors: usage, card.*, pin.*, net.*, login.*, and what the agent reports.
Result<Login> log_in(const LoginOptions& options, const Context& context);

}  // namespace shomei::cli
