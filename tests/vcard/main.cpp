#include "tests/vcard/session.h"

#include <sys/signalfd.h>
#include <unistd.h>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

namespace {

constexpr int kUsage = 64, kUnreadable = 65, kOurFault = 70;

struct Options {
  std::uint16_t port = 0;
  std::string profile, control;
  bool foreground = false;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--foreground") {
      options.foreground = true;
      continue;
    }
    if (i + 1 == argc) {
      return std::nullopt;
    }
    const std::string value = argv[++i];
    if (name == "--port") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.port);
      if (error != std::errc() || end != value.data() + value.size()) {
        return std::nullopt;
      }
    } else if (name == "--profile") {
      options.profile = value;
    } else if (name == "--control") {
      options.control = value;
    } else {
      return std::nullopt;
    }
  }
  if (options.port == 0 || options.profile.empty() || options.control.empty()) {
    return std::nullopt;
  }
  return options;
}

int fail(int status, const std::string& why) {
  std::fprintf(stderr, "shomei-vcard: %s\n", why.c_str());
  return status;
}

vcard::Fd stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return vcard::Fd(signalfd(-1, &set, SFD_CLOEXEC));
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    return fail(kUsage, "usage: shomei-vcard --port N --profile FILE --control SOCKET [--foreground]");
  }
  auto profile = vcard::load_profile(options->profile);
  if (!profile) {
    return fail(kUnreadable, profile.error());
  }
  const vcard::Fd stop = stop_signals();
  auto control = vcard::ControlSocket::listen(options->control);
  if (!stop || !control) {
    return fail(kOurFault, control ? "no signalfd" : control.error());
  }
  auto session = vcard::Session::open(std::move(*profile), options->port, std::move(*control));
  if (!session) {
    return fail(kUnreadable, session.error());
  }
  if (options->foreground) {
    std::puts("ready");
    std::fflush(stdout);
  } else if (::daemon(1, 0) != 0) {
    return fail(kOurFault, "cannot go to the background");
  }
  session->run(stop.get());
  return 0;
}
