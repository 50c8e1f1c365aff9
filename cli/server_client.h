#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/transport.h"
#include "cli/login.h"

namespace shomei::cli {

/// --server or --local (neither: the server of the agent's session), and how to log in at the former.
struct ServerOptions {
  std::string local;
  LoginOptions login;
  std::string token_file;
};

/// The network's server: on its own machine through the Unix socket, or over TLS with the access token of a session.
class ServerClient {
 public:
  /// Over TLS the token is that of --token-file, or of the agent's session at this server, or of a login made now.
  /// `part`: the part of the interface below which `call` works. Errors: usage (both --server and --local, or neither
  /// and no session), and those of log_in.
  static Result<ServerClient> connect(const ServerOptions& options, const Context& context,
                                      std::string part = "/v1/admin");

  /// `path` below the part, e.g. "/crls". Errors: net.*, what the server reports.
  Result<Json> call(const std::string& method, const std::string& path, const Json& body = Json());

 private:
  std::unique_ptr<Transport> transport_;
  /// Up to and with the part.
  std::string base_;
  std::string token_;
  Language language_ = Language::kEn;
};

}  // namespace shomei::cli
