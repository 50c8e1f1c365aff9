#pragma once

#include <set>
#include <unordered_map>

#include "http/connection.h"
#include "http/workers.h"

namespace shomei::http {

/// Waits for the listening socket and all connections in one thread (epoll), and gives each connection that can go on
/// to a worker. A connection is either armed here (EPOLLONESHOT, with a deadline) or in the hands of one worker.
class Reactor {
 public:
  Reactor(Listener listener, OwnedSslContext tls, std::vector<Route> routes, const ServerOptions& options);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Errors: net.bind.
  Result<void> start();
  void stop();

 private:
  void run();
  /// Milliseconds until the next deadline; -1 where there is none.
  int wait_time();
  void accept_all();
  void make_room();
  void dispatch(int descriptor);
  void expire();
  void arm(const std::shared_ptr<Connection>& connection, bool writable, bool fresh);
  void drop(int descriptor);
  void wake() const;

  ServerOptions options_;
  Router router_;
  OwnedSslContext tls_;
  std::optional<Listener> listener_;
  Descriptor epoll_;
  Descriptor wake_;
  std::mutex mutex_;
  std::unordered_map<int, std::shared_ptr<Connection>> connections_;
  std::set<std::pair<Instant, int>> deadlines_;
  bool stopping_ = false;
  Workers workers_;
  std::thread thread_;
};

}  // namespace shomei::http
