#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <string>

#include "base/result.h"

namespace shomei::http {

struct ProxyAddress {
  std::string host;
  int port = 0;
};

/// "http://proxy.example:8080" or "http://[2001:db8::1]:8080". Errors: config.invalid.
Result<ProxyAddress> parse_proxy(const std::string& url);

/// The first numeric address of a name. Errors: net.unreachable.
Result<std::string> resolve(const std::string& host);

/// Asks a proxy for a way to `target` (RFC 9110 9.3.6) on each new connection of a TLS context, before the handshake.
/// (httplib's own CONNECT locks itself up for ever when a proxy refuses with `Connection: close`.)
class Tunnel {
 public:
  /// `target`: "host:port". Silence of the proxy ends the attempt after `silence`.
  Tunnel(std::string target, std::chrono::milliseconds silence) : target_(std::move(target)), silence_(silence) {}
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  /// Must outlive the context's connections.
  void attach(SSL_CTX* context);
  /// Why the last attempt failed; empty where it did not.
  const std::string& refusal() const { return refusal_; }

 private:
  static void on_event(const SSL* ssl, int where, int value);
  void ask(int socket);

  const std::string target_;
  const std::chrono::milliseconds silence_;
  std::string refusal_;
};

}  // namespace shomei::http
