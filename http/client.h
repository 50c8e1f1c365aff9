#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/transport.h"

namespace shomei::http {

struct ClientOptions {
  /// Files or folders of DER or PEM certificates: the only CAs that are believed for https (never the system's).
  std::vector<std::filesystem::path> tls_ca{};
  /// For servers that ask who is there (client authentication): a certificate (PEM, leaf first, then the chain; or one
  /// in DER) and its private key, not encrypted. Both or neither; read at each new connection.
  std::filesystem::path certificate{};
  std::filesystem::path key{};
  /// When set, every request goes to this Unix socket and its URL is a path ("/v1/cards").
  std::filesystem::path unix_socket{};
  /// http:// is allowed too: for what is signed in itself (CRLs), or at the own machine.
  bool plain_http = false;
  /// "http://host:port": https goes through it by CONNECT, http in absolute form. Not for a Unix socket.
  std::string proxy{};
  std::chrono::milliseconds connect_time{5'000};
  /// For the whole exchange, from the first byte of the request (or the connecting) to the last of the answer.
  std::chrono::milliseconds answer_time{30'000};
  /// Longest silence of the other side; zero: as answer_time.
  std::chrono::milliseconds silence{0};
  /// Bytes of an answer's body. A longer one is cut off when it is announced, or at the limit.
  std::size_t max_answer = 4 << 20;
  /// Ends what is under way, and every later request (net.unreachable); only the look-up of a name is waited for.
  std::stop_token stop{};
};

/// Keeps its connections open between requests; redirects are answers and not followed. From any thread, one request
/// at a time. The program must ignore SIGPIPE (StopSignals): OpenSSL writes to sockets that the other side has closed.
class Client final : public Transport {
 public:
  /// Errors: input.* and input.not_certificate for `tls_ca` and `certificate`, key.unsuitable for `key`, config.invalid
  /// for `proxy` and for one of `certificate` and `key` without the other.
  static Result<std::unique_ptr<Client>> create(ClientOptions options);
  ~Client() override;
  /// As Transport::send; plain http only to a Unix socket or with `plain_http` (usage otherwise), https only with
  /// `tls_ca` (anchor.missing otherwise). An answer of 304 has its headers and no body, whatever length it announces.
  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shomei::http
