#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/transport.h"

namespace shomei::cli {

/// A client for https with the CAs of --tls-ca. Errors: as http::Client.
Result<std::unique_ptr<Transport>> https_client(const std::vector<std::string>& tls_ca);
/// A client for a Unix socket.
Result<std::unique_ptr<Transport>> socket_client(const std::string& path);

/// One call of a JSON interface.
struct RemoteCall {
  std::string method;
  std::string url;
  /// Null: no body.
  const Json& body;
  std::string access_token;
  Language language = Language::kEn;
};
/// The JSON of the answer. Errors: net.*, and what the other side reports.
Result<Json> call(Transport& transport, const RemoteCall& what);

/// "https://host[:port]" without a slash at the end. Errors: usage (not https, or with user, query or fragment).
Result<std::string> server_base(const std::string& url);

}  // namespace shomei::cli
