#include "http/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace shomei::http {

Reactor::Reactor(Listener listener, OwnedSslContext tls, std::vector<Route> routes, const ServerOptions& options)
    : options_(options),
      router_(std::move(routes)),
      tls_(std::move(tls)),
      listener_(std::move(listener)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      workers_(options.max_workers) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  options_.max_connections = std::min<std::size_t>(options_.max_connections, files.rlim_cur / 2);
}

Reactor::~Reactor() {
  stop();
}

Result<void> Reactor::start() {
  for (const int descriptor : {listener_->descriptor(), wake_.get()}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
      return fail(Code::kNetBind, "epoll");
    }
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

void Reactor::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake();
  if (thread_.joinable()) {
    thread_.join();
  }
  listener_.reset();
  // Handlers end first; then nothing arms a connection any more.
  workers_.stop();
  const std::scoped_lock lock(mutex_);
  for (const auto& [descriptor, connection] : connections_) {
    connection->abandon();
  }
  connections_.clear();
  deadlines_.clear();
}

void Reactor::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Reactor::run() {
  std::array<epoll_event, 64> events{};
  const int listening = listener_->descriptor();
  while (true) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_time());
    for (int i = 0; i < count; ++i) {
      const int descriptor = events.at(static_cast<std::size_t>(i)).data.fd;
      if (descriptor == listening) {
        accept_all();
      } else if (descriptor == wake_.get()) {
        std::uint64_t ignored = 0;
        [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &ignored, sizeof ignored);
      } else {
        dispatch(descriptor);
      }
    }
    expire();
    const std::scoped_lock lock(mutex_);
    if (stopping_) {
      return;
    }
  }
}

int Reactor::wait_time() {
  const std::scoped_lock lock(mutex_);
  if (deadlines_.empty()) {
    return -1;
  }
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadlines_.begin()->first - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

void Reactor::accept_all() {
  while (auto accepted = listener_->accept()) {
    auto connection = std::make_shared<Connection>(*std::move(accepted), tls_.get(), router_, options_);
    make_room();
    {
      const std::scoped_lock lock(mutex_);
      connections_.emplace(connection->descriptor(), connection);
    }
    arm(connection, false, true);
  }
}

/// Where the house is full, the connection that is nearest to its deadline goes.
void Reactor::make_room() {
  int descriptor = -1;
  {
    const std::scoped_lock lock(mutex_);
    if (connections_.size() < options_.max_connections || deadlines_.empty()) {
      return;
    }
    descriptor = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
  }
  drop(descriptor);
}

void Reactor::arm(const std::shared_ptr<Connection>& connection, bool writable, bool fresh) {
  const int descriptor = connection->descriptor();
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto deadline = connection->deadline()) {
      const auto place = deadlines_.emplace(*deadline, descriptor).first;
      first = place == deadlines_.begin();
    }
    epoll_event event{.events = EPOLLONESHOT | EPOLLRDHUP | (writable ? EPOLLOUT : EPOLLIN),
                      .data = {.fd = descriptor}};
    ::epoll_ctl(epoll_.get(), fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
  }
  if (first && !fresh) {
    wake();
  }
}

void Reactor::dispatch(int descriptor) {
  std::shared_ptr<Connection> connection;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = connections_.find(descriptor);
    if (found == connections_.end()) {
      return;
    }
    connection = found->second;
    if (const auto deadline = connection->deadline()) {
      deadlines_.erase({*deadline, descriptor});
    }
  }
  workers_.run([this, connection] {
    const Connection::Next next = connection->advance();
    if (next == Connection::Next::kClose) {
      drop(connection->descriptor());
    } else {
      arm(connection, next == Connection::Next::kWaitWritable, false);
    }
  });
}

void Reactor::expire() {
  const Instant now = std::chrono::steady_clock::now();
  while (true) {
    int descriptor = -1;
    {
      const std::scoped_lock lock(mutex_);
      if (deadlines_.empty() || deadlines_.begin()->first > now) {
        return;
      }
      descriptor = deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
    }
    drop(descriptor);
  }
}

void Reactor::drop(int descriptor) {
  std::shared_ptr<Connection> connection;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = connections_.find(descriptor);
    if (found == connections_.end()) {
      return;
    }
    connection = std::move(found->second);
    connections_.erase(found);
  }
  connection->abandon();
}

}  // namespace shomei::http
