#include <fmt/format.h>
#include <poll.h>

#include <cstdio>
#include <span>

#include "http/stop_signals.h"
#include "server/application.h"

namespace {

using namespace shomei;

constexpr std::string_view kHelp = R"(shomei-server: the network's server (logins, sessions, register, trust, audit)

usage:
  shomei-server --config FILE          serve until SIGTERM or SIGINT
  shomei-server --config FILE --check  read the configuration and the TLS files, start nothing
  shomei-server --help | --version

examples:
  shomei-server --config /etc/shomei/server.toml
  curl --unix-socket /run/shomei/server.sock http://localhost/v1/admin/cas

The configuration, the first hour and the API are described in docs/server.md.
Prints one line when it serves: ready https://ADDRESS unix:ADMIN-SOCKET
Exit status: 0 stopped as asked, 64 configuration, 65 unreadable file, 69 not available, 70 our fault.
)";

struct Arguments {
  std::filesystem::path config = "/etc/shomei/server.toml";
  bool check = false;
  bool help = false;
  bool version = false;
};

Result<Arguments> read_arguments(std::span<char* const> given) {
  Arguments arguments;
  for (std::size_t i = 1; i < given.size(); ++i) {
    const std::string_view word = given[i];
    if (word == "--config" && i + 1 < given.size()) {
      arguments.config = given[++i];
    } else if (word == "--check") {
      arguments.check = true;
    } else if (word == "--help") {
      arguments.help = true;
    } else if (word == "--version") {
      arguments.version = true;
    } else {
      return fail(Code::kUsage, std::string(word));
    }
  }
  return arguments;
}

Result<std::unique_ptr<http::Server>> serve_locally(const server::Config& config,
                                                    const server::Application& application) {
  std::error_code ignored;
  std::filesystem::create_directories(config.admin_socket.parent_path(), ignored);
  return http::Server::start(http::ListenUnix{config.admin_socket}, application.local_routes());
}

/// Serves until a signal comes.
Result<void> serve(const server::Config& config) {
  http::StopSignals signals;
  const SystemClock clock;
  const signing::XmlLibrary xml;
  SHOMEI_TRY(const auto application, server::Application::create(config, clock, xml));
  SHOMEI_TRY(const auto local, serve_locally(config, *application));
  SHOMEI_TRY(const auto tls, http::Server::start(config.listen, application->public_routes()));
  fmt::print("ready {} {}\n", tls->address(), local->address());
  std::fflush(stdout);
  application->start();
  constexpr int kSweepMilliseconds = 1000;
  pollfd wait{.fd = signals.descriptor(), .events = POLLIN, .revents = 0};
  while (::poll(&wait, 1, kSweepMilliseconds) != 1) {
    application->sweep();
  }
  log::info("stopping");
  application->stop();
  tls->stop();
  local->stop();
  return {};
}

Result<void> run(std::span<char* const> given) {
  SHOMEI_TRY(const Arguments arguments, read_arguments(given));
  if (arguments.help || arguments.version) {
    fmt::print("{}", arguments.help ? kHelp : "shomei-server " SHOMEI_VERSION "\n");
    return {};
  }
  SHOMEI_TRY(const server::Config config, server::Config::load(arguments.config));
  log::set_level(config.log_level);
  if (arguments.check) {
    SHOMEI_TRY(http::check_tls(config.listen));
    fmt::print("{}: right\n", arguments.config.native());
    return {};
  }
  return serve(config);
}

}  // namespace

int main(int count, char** values) {
  const auto result = run({values, static_cast<std::size_t>(count)});
  if (result) {
    return static_cast<int>(ExitStatus::kDone);
  }
  const CodeInfo& row = info(result.error().code);
  fmt::print(stderr, "error[{}]: {}\nhint: {}\n", row.id, message(result.error(), Language::kEn),
             row.hint.in(Language::kEn));
  return static_cast<int>(row.exit);
}
