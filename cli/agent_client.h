#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "base/transport.h"
#include "cli/context.h"
#include "cli/key_access.h"

namespace shomei::cli {

/// The agent of this user, over its socket (agent/openapi.json).
class AgentClient {
 public:
  /// SHOMEI_AGENT_SOCKET, or $XDG_RUNTIME_DIR/shomei/agent.sock; empty where neither says anything.
  static std::string socket_path();
  /// Errors: agent.not_running (no socket, or nobody answers there).
  static Result<std::unique_ptr<AgentClient>> connect(const Context& context);
  /// The agent where one runs and may do what `options` ask; null otherwise.
  static std::unique_ptr<AgentClient> find(const KeyOptions& options, const Context& context);

  /// Errors: what the agent reports, net.*.
  Result<Json> call(const std::string& method, const std::string& path, const Json& body);

 private:
  explicit AgentClient(std::unique_ptr<Transport> transport, Language language)
      : transport_(std::move(transport)), language_(language) {}
  std::unique_ptr<Transport> transport_;
  Language language_;
};

/// Percent-encodes a query value (RFC 3986 2.1).
std::string query_value(std::string_view text);

}  // namespace shomei::cli
