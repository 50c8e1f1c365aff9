#include "http/leash.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace shomei::http {
namespace {

/// How late a limit may be noticed; nothing waits for it when the exchange ends by itself.
constexpr std::chrono::milliseconds kTick{50};

}  // namespace

Leash::~Leash() {
  hold(-1);
}

void Leash::hold(int socket) {
  const std::scoped_lock lock(mutex_);
  if (socket_ >= 0) {
    ::close(socket_);
  }
  socket_ = socket < 0 ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

std::uint64_t Leash::received() const {
  const std::scoped_lock lock(mutex_);
  tcp_info info{};
  socklen_t size = sizeof info;
  // Fails on a Unix socket, whose other side is not a stranger.
  return ::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_received : 0;
}

void Leash::shut() const {
  const std::scoped_lock lock(mutex_);
  if (socket_ >= 0) {
    // The other side, which may be sending without end, learns of it when the socket is closed (RST).
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::shutdown(socket_, SHUT_RDWR);
  }
}

Leash::Exchange::Exchange(Leash& leash, Limits limits)
    : leash_(leash),
      limits_(limits),
      before_(leash.received()),
      watcher_([this](const std::stop_token& done) { watch(done); }) {}

Leash::Exchange::~Exchange() {
  watcher_.request_stop();
  watcher_.join();
}

Leash::Pulled Leash::Exchange::reason_to_pull() const {
  if (leash_.stop_.stop_requested()) {
    return Pulled::kStop;
  }
  if (std::chrono::steady_clock::now() >= limits_.until) {
    return Pulled::kTime;
  }
  // A new connection counts from zero.
  const std::uint64_t now = leash_.received();
  return now > (now >= before_ ? before_ : 0) + limits_.bytes ? Pulled::kBytes : Pulled::kNo;
}

void Leash::Exchange::watch(const std::stop_token& done) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  const std::stop_callback stopped(leash_.stop_, [&] { changed_.notify_all(); });
  while (!done.stop_requested()) {
    if (pulled_ == Pulled::kNo) {
      pulled_ = reason_to_pull();
    }
    if (pulled_ != Pulled::kNo) {
      // Again at each tick: a socket that is not connected yet takes no notice.
      leash_.shut();
    }
    changed_.wait_for(lock, done, kTick, [&] { return leash_.stop_.stop_requested() && pulled_ == Pulled::kNo; });
  }
}

}  // namespace shomei::http
