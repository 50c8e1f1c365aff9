#include "agent/agent.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "agent/api.h"
#include "agent/card_desk.h"
#include "agent/sign_work.h"
#include "agent/token_desk.h"
#include "http/server.h"

namespace shomei::agent {
namespace {

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  if (std::filesystem::exists(folder, problem)) {
    return {};
  }
  std::filesystem::create_directories(folder.parent_path(), problem);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(Code::kNetBind,
                fmt::format("{}: {}", folder.string(), std::error_code(errno, std::generic_category()).message()));
  }
  return {};
}

}  // namespace

// In the order in which they stand on each other; they go in the reverse one.
class Agent::Parts {
 public:
  Parts(const Config& wanted, Outside from_outside)
      : config(wanted),
        outside(std::move(from_outside)),
        events(config.limits.event_streams),
        sessions(events, outside.clock),
        presence(events, [this](const std::string& reader) { sessions.card_left(reader); }),
        cards(config.reader, certificates),
        keys(config.pkcs11, cards),
        work(keys, outside.prompt, presence, config.pin_entries),
        levels(config, outside.xml, outside.stamps, outside.clock),
        sign(work, levels, outside.xml, outside.clock),
        jobs(
            config.limits, [this](Job& job) { sign(job); },
            [this](const Job& job) {
              events.publish("job-changed", Json{{"id", job.id()}, {"state", name(job.state())}});
            }),
        login(config, work, presence, sessions, outside.transports, outside.clock),
        verify(config.trust, config.limits, outside.xml, outside.clock),
        watch([this](const cards::CardEvent& event) { presence.handle(event); }) {}

  Result<void> serve() {
    SHOMEI_TRY(make_folder(config.socket.parent_path()));
    const Services services{config, events, jobs, login, sessions, verify, keys, certificates, stop.get_token()};
    SHOMEI_TRY(server, http::Server::start(http::ListenUnix{config.socket}, routes(services)));
    return {};
  }

  const Config config;
  Outside outside;
  std::stop_source stop;
  EventBus events;
  shomei::cards::CertificateCache certificates;
  SessionKeeper sessions;
  Presence presence;
  CardDesk cards;
  TokenDesk keys;
  CardWork work;
  LevelWork levels;
  SignWork sign;
  JobTable jobs;
  LoginWork login;
  VerifyWork verify;
  shomei::cards::CardWatch watch;
  std::unique_ptr<http::Server> server;
};

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Agent::~Agent() {
  // Requests that wait for a person or a job end, so that the server can.
  parts_->stop.request_stop();
  parts_->jobs.cancel_all();
}

Result<std::unique_ptr<Agent>> Agent::start(const Config& config, Outside outside) {
  auto parts = std::make_unique<Parts>(config, std::move(outside));
  SHOMEI_TRY(parts->serve());
  return std::unique_ptr<Agent>(new Agent(std::move(parts)));
}

std::string Agent::address() const {
  return parts_->server->address();
}

}  // namespace shomei::agent
