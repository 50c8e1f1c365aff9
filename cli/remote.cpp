#include "cli/remote.h"

#include <nlohmann/json.hpp>

#include "http/client.h"
#include "http/problem.h"

namespace shomei::cli {

Result<std::unique_ptr<Transport>> https_client(const std::vector<std::string>& tls_ca) {
  http::ClientOptions options;
  options.tls_ca.assign(tls_ca.begin(), tls_ca.end());
  // A signature with all its evidence, as base64.
  options.max_answer = 96U << 20;
  SHOMEI_TRY(auto client, http::Client::create(std::move(options)));
  return std::unique_ptr<Transport>(std::move(client));
}

Result<std::unique_ptr<Transport>> socket_client(const std::string& path) {
  http::ClientOptions options;
  options.unix_socket = path;
  // A person may take minutes at the dialog; the other side bounds that.
  options.answer_time = std::chrono::minutes(10);
  options.max_answer = 256U << 20;
  SHOMEI_TRY(auto client, http::Client::create(std::move(options)));
  return std::unique_ptr<Transport>(std::move(client));
}

Result<Json> call(Transport& transport, const RemoteCall& what) {
  HttpRequest request{what.method, what.url, {}, {}};
  request.headers["Accept-Language"] = what.language == Language::kJa ? "ja" : "en";
  if (!what.body.is_null()) {
    request.body = what.body.dump(-1, ' ', false, Json::error_handler_t::replace);
    request.headers["Content-Type"] = "application/json";
  }
  if (!what.access_token.empty()) {
    request.headers["Authorization"] = "Bearer " + what.access_token;
  }
  SHOMEI_TRY(const auto response, transport.send(request));
  return http::json_answer(response);
}

Result<std::string> server_base(const std::string& url) {
  const std::string_view scheme = "https://";
  const bool fits =
      url.starts_with(scheme) && url.size() > scheme.size() && url.find_first_of("?#@ ") == std::string::npos;
  if (!fits) {
    return fail(Code::kUsage, "a server is written as https://host or https://host:port, not \"" + url + "\"");
  }
  return url.substr(0, url.find_last_not_of('/') + 1);
}

}  // namespace shomei::cli
