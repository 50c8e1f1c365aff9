#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/transport.h"
#include "cli/login.h"

namespace shomei::cli {

/// --server or --local (neither: the server of the agent's session), and how to log in at the former.
struct AdminOptions {
  std::string local;
  LoginOptions login;
  std::string token_file;
};

/// The server's administration: on its own machine through the Unix socket, or over TLS with the access token of an
/// administrator.
class AdminClient {
 public:
  /// Over TLS the token is that of --token-file, or of the agent's session at this server, or of a login made now.
  /// Errors: usage (both --server and --local, or neither and no session), and those of log_in.
  static Result<AdminClient> connect(const AdminOptions& options, const Context& context);

  /// `path` below /v1/admin, e.g. "/crls". Errors: net.*, what the server reports.
  Result<Json> call(const std::string& method, const std::string& path, const Json& body = Json());

 private:
  std::unique_ptr<Transport> transport_;
  std::string base_;
  std::string token_;
  Language language_ = Language::kEn;
};

}  // namespace shomei::cli
