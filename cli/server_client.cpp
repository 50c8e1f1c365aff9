#include "cli/server_client.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/agent_client.h"
#include "cli/remote.h"

namespace shomei::cli {
namespace {

constexpr std::size_t kMaxTokenFile = 64U << 10;

std::string text_at(const Json& object, const char* name) {
  return text_member_or(object, name, "").value_or("");
}

/// The session that the agent keeps; an empty object where there is none.
Json agent_session(const ServerOptions& options, const Context& context) {
  const auto agent = AgentClient::find(options.login.key, context);
  auto session = agent ? agent->call("GET", "/v1/session", Json()) : Result<Json>(Json::object());
  return session && session->is_object() ? *session : Json::object();
}

/// What --server and --tls-ca leave open, the session says: the agent knows which CAs may stand behind its server.
void fill_in(LoginOptions& login, const Json& session) {
  if (login.server.empty()) {
    login.server = text_at(session, "server");
  }
  if (login.tls_ca.empty() && login.server == text_at(session, "server") && !text_at(session, "tls_ca").empty()) {
    login.tls_ca = {text_at(session, "tls_ca")};
  }
}

Result<std::string> access_token(const ServerOptions& options, const Json& session, const Context& context) {
  if (!options.token_file.empty()) {
    SHOMEI_TRY(const auto bytes, read_file(options.token_file, kMaxTokenFile));
    std::string text(as_text(bytes));
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    return text;
  }
  if (options.login.server == text_at(session, "server") && !text_at(session, "access_token").empty()) {
    return text_at(session, "access_token");
  }
  SHOMEI_TRY(const auto login, log_in(options.login, context));
  return text_member(login.answer, "access_token");
}

}  // namespace

Result<ServerClient> ServerClient::connect(const ServerOptions& given, const Context& context, std::string part) {
  ServerClient client;
  client.language_ = context.language;
  if (!given.local.empty() && !given.login.server.empty()) {
    return fail(Code::kUsage, "give --server or --local, not both");
  }
  if (!given.local.empty()) {
    SHOMEI_TRY(client.transport_, socket_client(given.local));
    client.base_ = std::move(part);
    return client;
  }
  ServerOptions options = given;
  const Json session = agent_session(options, context);
  fill_in(options.login, session);
  if (options.login.server.empty()) {
    return fail(Code::kUsage, "log in first, or give --server URL, or --local SOCKET on the server's own machine");
  }
  SHOMEI_TRY(client.base_, server_base(options.login.server));
  client.base_ += part;
  SHOMEI_TRY(client.transport_, https_client(options.login.tls_ca));
  SHOMEI_TRY(client.token_, access_token(options, session, context));
  return client;
}

Result<Json> ServerClient::call(const std::string& method, const std::string& path, const Json& body) {
  return cli::call(*transport_, {method, base_ + path, body, token_, language_});
}

}  // namespace shomei::cli
