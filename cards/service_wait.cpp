#include "cards/service_wait.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"

namespace shomei::cards {
namespace {

constexpr std::chrono::milliseconds kShortest{100}, kLongest{30'000};

std::filesystem::path socket_folder() {
  const char* const name = std::getenv("PCSCLITE_CSOCK_NAME");
  return std::filesystem::path(name != nullptr ? name : "/run/pcscd/pcscd.comm").parent_path();
}

}  // namespace

ServiceWait::ServiceWait()
    : stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      changes_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      interval_(kShortest) {
  SHOMEI_CHECK(stop_ >= 0 && changes_ >= 0);
}

ServiceWait::~ServiceWait() {
  close(changes_);
  close(stop_);
}

// pcscd binds its socket (create), listens and then sets its mode (attrib); a socket that does not listen yet costs one
// round more. What happened since the last wait counts too. Where the folder does not exist there is the interval
// alone.
void ServiceWait::wait() {
  inotify_add_watch(changes_, socket_folder().c_str(), IN_CREATE | IN_ATTRIB | IN_MOVED_TO);
  std::array<pollfd, 2> waiting{pollfd{.fd = stop_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = changes_, .events = POLLIN, .revents = 0}};
  const int ready = poll(waiting.data(), waiting.size(), static_cast<int>(interval_.count()));
  alignas(inotify_event) std::array<char, 4096> noted;
  while (read(changes_, noted.data(), noted.size()) > 0) {
  }
  interval_ = ready > 0 ? kShortest : std::min(interval_ * 2, kLongest);
}

void ServiceWait::reset() {
  interval_ = kShortest;
}

void ServiceWait::stop() {
  const std::uint64_t one = 1;
  static_cast<void>(!write(stop_, &one, sizeof one));
}

}  // namespace shomei::cards
