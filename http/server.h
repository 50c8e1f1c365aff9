#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <variant>
#include <vector>

#include "http/route.h"

namespace shomei::http {

/// TLS 1.2 and 1.3 on a TCP port.
struct ListenTls {
  /// Numeric address or "localhost".
  std::string host = "127.0.0.1";
  /// 0 takes any free port (see Server::address).
  std::uint16_t port = 0;
  /// PEM (leaf first, then the chain) or one DER certificate.
  std::filesystem::path certificate{};
  /// PEM or DER private key, not encrypted.
  std::filesystem::path key{};
};

/// A Unix socket with mode 0600. A socket file that nobody listens on any more is replaced; one that is in use is
/// net.address_in_use.
struct ListenUnix {
  std::filesystem::path path{};
};

using Listen = std::variant<ListenTls, ListenUnix>;

struct ServerOptions {
  /// Request line and headers together, bytes.
  std::size_t max_head = 16 << 10;
  /// From the first byte of a request (or the connection, for its TLS handshake) to its last one.
  std::chrono::milliseconds request_time{10'000};
  /// A connection without a request in hand is closed after this.
  std::chrono::milliseconds idle_time{30'000};
  /// Longest time that the client may take to read an answer.
  std::chrono::milliseconds answer_time{10'000};
  /// Threads that run handlers; started when needed. A handler may block (for a person, say): others go on.
  std::size_t max_workers = 16;
  std::size_t max_connections = 4096;
};

/// That the TLS files can be used. Errors: input.*, key.unsuitable.
Result<void> check_tls(const ListenTls& listen);

/// Serves a route table. One thread waits for all connections without waking up while nothing happens; a request goes
/// to a worker only when it has come in whole, so slow senders cost a socket and nothing else.
class Server {
 public:
  /// Binds and starts to serve. Errors: net.address_in_use, net.bind, input.* and key.unsuitable for the TLS files.
  static Result<std::unique_ptr<Server>> start(const Listen& listen, std::vector<Route> routes,
                                               const ServerOptions& options = {});
  /// Stops as `stop` does.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "https://127.0.0.1:8443" with the real port, or "unix:/run/shomei/agent.sock".
  std::string address() const;
  /// Takes no new requests, lets running handlers end, closes event streams and connections, removes the socket file.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shomei::http
