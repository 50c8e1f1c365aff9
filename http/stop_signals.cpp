#include "http/stop_signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"

namespace shomei::http {

StopSignals::StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  SHOMEI_CHECK(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  descriptor_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  SHOMEI_CHECK(descriptor_ >= 0);
}

void StopSignals::wait() {
  pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
  while (::poll(&wait, 1, -1) != 1) {
  }
}

StopSignals::~StopSignals() {
  ::close(descriptor_);
}

}  // namespace shomei::http
