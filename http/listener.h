#pragma once

#include <openssl/ssl.h>

#include "base/openssl.h"
#include "http/exchange.h"
#include "http/server.h"

namespace shomei::http {

using OwnedSslContext = Owned<SSL_CTX, SSL_CTX_free>;

/// A file descriptor that is closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  int get() const { return number_; }

 private:
  int number_;
};

/// A new connection: non-blocking, close-on-exec, TCP_NODELAY.
struct Accepted {
  Descriptor socket;
  Caller caller;
};

/// A bound, listening socket.
class Listener {
 public:
  static Result<Listener> open(const Listen& where);
  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = default;
  /// Removes the socket file.
  ~Listener();

  int descriptor() const { return socket_.get(); }
  const std::string& address() const { return address_; }
  /// The next waiting connection, or nothing.
  std::optional<Accepted> accept() const;

 private:
  Listener() = default;
  static Result<Listener> open_tcp(const ListenTls& where);
  static Result<Listener> open_unix(const ListenUnix& where);
  Descriptor socket_;
  /// Held while the socket file is ours (flock), so that two starts cannot both replace a stale one.
  Descriptor lock_;
  std::string address_;
  std::filesystem::path file_;
};

/// TLS 1.2 and later with the certificate and key. Errors: input.*, key.unsuitable, crypto.failed.
Result<OwnedSslContext> tls_context(const ListenTls& where);

}  // namespace shomei::http
