#include "cli/admin_client.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/agent_client.h"
#include "cli/remote.h"

namespace shomei::cli {
namespace {

constexpr std::size_t kMaxTokenFile = 64U << 10;

/// The token of the session that the agent keeps at this server; empty where there is none.
std::string token_of_session(const AdminOptions& options, const Context& context) {
  const auto agent = AgentClient::find(options.login.key, context);
  const auto session = agent ? agent->call("GET", "/v1/session", Json()) : Result<Json>(Json::object());
  if (!session || text_member_or(*session, "server", "").value_or("") != options.login.server) {
    return {};
  }
  return text_member_or(*session, "access_token", "").value_or("");
}

Result<std::string> access_token(const AdminOptions& options, const Context& context) {
  if (!options.token_file.empty()) {
    SHOMEI_TRY(const auto bytes, read_file(options.token_file, kMaxTokenFile));
    std::string text(as_text(bytes));
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    return text;
  }
  if (auto token = token_of_session(options, context); !token.empty()) {
    return token;
  }
  SHOMEI_TRY(const auto login, log_in(options.login, context));
  return text_member(login.answer, "access_token");
}

}  // namespace

Result<AdminClient> AdminClient::connect(const AdminOptions& options, const Context& context) {
  if (options.local.empty() == options.login.server.empty()) {
    return fail(Code::kUsage, "give --server URL, or --local SOCKET on the server's own machine");
  }
  AdminClient client;
  client.language_ = context.language;
  if (!options.local.empty()) {
    SHOMEI_TRY(client.transport_, socket_client(options.local));
    return client;
  }
  SHOMEI_TRY(client.base_, server_base(options.login.server));
  SHOMEI_TRY(client.transport_, https_client(options.login.tls_ca));
  SHOMEI_TRY(client.token_, access_token(options, context));
  return client;
}

Result<Json> AdminClient::call(const std::string& method, const std::string& path, const Json& body) {
  return cli::call(*transport_, {method, base_ + "/v1/admin" + path, body, token_, language_});
}

}  // namespace shomei::cli
