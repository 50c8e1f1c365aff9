#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/bytes.h"

namespace shomei {

struct HttpRequest {
  std::string method = "GET";
  /// Absolute URL, http or https, or for a Unix socket the path alone.
  std::string url{};
  std::map<std::string, std::string> headers{};
  std::string body{};
};

struct HttpResponse {
  int status = 0;
  /// Names in lower case.
  std::map<std::string, std::string> headers{};
  std::string body{};
};

/// Sends one request and waits for the answer; the seam between rooms that need the network and http/.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Any HTTP status is an answer, not an error. Errors: net.unreachable, net.timeout, net.tls, net.too_large,
  /// net.malformed.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace shomei
