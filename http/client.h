#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/transport.h"

namespace shomei::http {

struct ClientOptions {
  /// Files or folders of DER or PEM certificates: the only CAs that are believed for https (never the system's).
  std::vector<std::filesystem::path> tls_ca{};
  /// When set, every request goes to this Unix socket and its URL is a path ("/v1/cards").
  std::filesystem::path unix_socket{};
  std::chrono::milliseconds connect_time{5'000};
  /// Longest silence of the other side, and for the whole answer.
  std::chrono::milliseconds answer_time{30'000};
  std::size_t max_answer = 4 << 20;
};

/// Keeps its connections open between requests; redirects are answers and not followed. From any thread, one request
/// at a time.
class Client final : public Transport {
 public:
  /// Errors: input.* and input.not_certificate for `tls_ca`.
  static Result<std::unique_ptr<Client>> create(ClientOptions options);
  ~Client() override;
  /// As Transport::send; plain http only to a Unix socket (usage otherwise), https only with `tls_ca` (anchor.missing
  /// otherwise).
  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shomei::http
