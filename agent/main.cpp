#include <fmt/format.h>
#include <getopt.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>

#include "agent/agent.h"
#include "agent/pinentry.h"
#include "agent/stamp_source.h"
#include "base/file.h"
#include "http/client.h"
#include "http/stop_signals.h"

namespace shomei::agent {
namespace {

constexpr const char* kDefaultConfig = "/etc/shomei/agent.toml";

constexpr const char* kHelp = R"(shomei-agent: holds the card for the programs of one workstation user.

usage: shomei-agent [--config FILE] [--check]

  --config FILE   configuration (TOML; docs/agent.md). Default: /etc/shomei/agent.toml if it is there
  --check         read the configuration, say what is wrong, start nothing
  --help, --version

It serves $XDG_RUNTIME_DIR/shomei/agent.sock (SHOMEI_AGENT_SOCKET overrides), prints one line
"ready unix:PATH", logs to stderr, and stops on SIGTERM or SIGINT, ending its session first.

examples:
  shomei-agent
  shomei-agent --config ~/.config/shomei/agent.toml
  curl --unix-socket "$XDG_RUNTIME_DIR/shomei/agent.sock" http://localhost/v1/cards

exit status: 0 stopped as asked, 64 usage or configuration, 65 unreadable file, 69 socket in use, 70 our fault
)";

struct Options {
  std::filesystem::path config;
  bool check = false;
  bool done = false;
};

Result<Options> parse_options(int argc, char** argv) {
  static const option kOptions[] = {{"config", required_argument, nullptr, 'c'},
                                    {"check", no_argument, nullptr, 'k'},
                                    {"help", no_argument, nullptr, 'h'},
                                    {"version", no_argument, nullptr, 'v'},
                                    {nullptr, 0, nullptr, 0}};
  Options options;
  opterr = 0;
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    switch (letter) {
      case 'c': options.config = optarg; break;
      case 'k': options.check = true; break;
      case 'h':
        std::fputs(kHelp, stdout);
        options.done = true;
        break;
      case 'v':
        fmt::print("shomei-agent {}\n", SHOMEI_VERSION);
        options.done = true;
        break;
      default: return fail(Code::kUsage, argv[optind - 1]);
    }
  }
  return optind == argc ? Result<Options>(options) : fail(Code::kUsage, argv[optind]);
}

Result<Config> load_config(const std::filesystem::path& path) {
  std::error_code problem;
  if (!path.empty() || std::filesystem::exists(kDefaultConfig, problem)) {
    return Config::load(path.empty() ? kDefaultConfig : path);
  }
  return Config::defaults();
}

// A PIN is in our memory for moments; no core file and no other program of the user shall see it there.
void close_memory() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

Result<std::unique_ptr<Transport>> make_transport(const ServerConfig& server, std::chrono::milliseconds answer_time) {
  http::ClientOptions options;
  options.tls_ca = {server.tls_ca};
  options.connect_time = std::min(options.connect_time, answer_time);
  options.answer_time = answer_time;
  SHOMEI_TRY(auto client, http::Client::create(std::move(options)));
  return client;
}

// What the operating system counts as ours alone, for whoever looks after small machines.
void log_memory() {
  const auto rollup = read_file("/proc/self/smaps_rollup", 64 << 10);
  const std::string_view text = rollup ? as_text(*rollup) : std::string_view();
  for (const std::string_view key : {"Private_Clean:", "Private_Dirty:"}) {
    if (const auto at = text.find(key); at != std::string_view::npos) {
      log::debug("{}", text.substr(at, text.find('\n', at) - at));
    }
  }
}

Result<void> serve(const Config& config, const Clock& clock, signing::TimestampSource* stamps) {
  http::StopSignals signals;
  const signing::XmlLibrary xml;
  Pinentry pinentry(config.pinentry, config.language, config.dialog_patience);
  SHOMEI_TRY(const auto agent, Agent::start(config, {pinentry, clock, xml, make_transport, stamps}));
  ::malloc_trim(0);
  fmt::print("ready {}\n", agent->address());
  std::fflush(stdout);
  log_memory();
  signals.wait();
  log::info("stopping");
  return {};
}

Result<void> run(int argc, char** argv) {
  SHOMEI_TRY(const Options options, parse_options(argc, argv));
  if (options.done) {
    return {};
  }
  SHOMEI_TRY(const Config config, load_config(options.config));
  log::set_level(config.log_level);
  const SystemClock clock;
  SHOMEI_TRY(const auto stamps, make_stamp_source(config.timestamp, clock));
  return options.check ? Result<void>() : serve(config, clock, stamps.get());
}

}  // namespace
}  // namespace shomei::agent

int main(int argc, char** argv) {
  // One heap for all threads: they are many at times, and idle nearly always.
  ::mallopt(M_ARENA_MAX, 1);
  shomei::agent::close_memory();
  const auto done = shomei::agent::run(argc, argv);
  if (!done) {
    const auto& row = shomei::info(done.error().code);
    const auto language = shomei::agent::language_of_environment();
    fmt::print(stderr, "error[{}]: {}\nhint: {}\n", row.id, shomei::message(done.error(), language),
               row.hint.in(language));
    return static_cast<int>(row.exit);
  }
  return 0;
}
