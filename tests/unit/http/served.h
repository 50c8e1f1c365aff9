#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "http/client.h"
#include "http/problem.h"
#include "http/server.h"

namespace shomei::http {

/// A folder that goes with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = "/tmp/shomei-test-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Routes that the tests call.
inline std::vector<Route> test_routes() {
  return {
      {"GET", "/v1/hello", {}, anyone(), [](const Request&) -> Result<Response> { return json_response({{"a", 1}}); }},
      {"POST",
       "/v1/echo/{name}",
       {.max_body = 1000},
       anyone(),
       [](const Request& request) -> Result<Response> {
         SHOMEI_TRY(const Json body, request.json());
         return json_response({{"name", request.path_values.at("name")}, {"body", body}, {"query", request.query}});
       }},
      {"GET",
       "/v1/fault",
       {},
       anyone(),
       [](const Request&) -> Result<Response> { throw std::runtime_error("secret"); }},
      {"GET",
       "/v1/closed",
       {},
       AccessRule([](const Request&) -> Result<void> { return fail(Code::kNotPermitted); }),
       [](const Request&) -> Result<Response> { std::abort(); }},
      {"GET",
       "/v1/peer",
       {},
       same_user(),
       [](const Request& request) -> Result<Response> {
         return json_response({{"uid", request.peer->uid}, {"pid", request.peer->pid}});
       }},
  };
}

/// A server on a Unix socket in a folder of its own, and a client for it.
struct Served {
  TempFolder folder;
  std::filesystem::path path = folder / "s.sock";
  std::unique_ptr<Server> server;
  std::unique_ptr<Client> client;

  explicit Served(std::vector<Route> routes = test_routes(), const ServerOptions& options = {}) {
    server = Server::start(ListenUnix{path}, std::move(routes), options).value();
    client = Client::create({.unix_socket = path}).value();
  }
  HttpResponse get(const std::string& url, const std::string& method = "GET", const std::string& body = "") {
    return client->send({.method = method, .url = url, .body = body}).value();
  }
};

}  // namespace shomei::http
