#include "agent/session_keeper.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"

namespace shomei::agent {
namespace {

using Now = std::chrono::steady_clock;

// Renewed when a third of the lease is over, so two renewals may fail; never more often than this.
constexpr auto kLeastPause = std::chrono::milliseconds(1000);
constexpr auto kFirstPause = std::chrono::milliseconds(5000);
// An end that failed sooner than this is tried again.
constexpr auto kTryAgain = std::chrono::milliseconds(400);
constexpr auto kPauseBetween = std::chrono::milliseconds(100);

bool ended_there(Code code) {
  return code == Code::kSessionEnded || code == Code::kSessionUnknown || code == Code::kNotPermitted;
}

}  // namespace

struct SessionKeeper::Live {
  Session session;
  std::unique_ptr<ServerLink> line;
  std::chrono::milliseconds pause = kFirstPause;
  /// Empty while the session lives.
  std::string end_reason;
  bool told = false;
};

SessionKeeper::~SessionKeeper() {
  static_cast<void>(end("agent-stopped"));
  if (thread_.joinable()) {
    thread_.join();
  }
}

void SessionKeeper::begin(Session session, std::unique_ptr<ServerLink> line) {
  static_cast<void>(end("replaced"));
  const std::scoped_lock alone(changing_);
  if (thread_.joinable()) {
    thread_.join();
  }
  auto live = std::make_shared<Live>(std::move(session), std::move(line));
  {
    const std::scoped_lock lock(mutex_);
    live_ = live;
  }
  log::info("session {} at {} started", live->session.grant.session_id, live->session.server);
  events_.publish("session-started", {{"session_id", live->session.grant.session_id},
                                      {"server", live->session.server},
                                      {"facility", live->session.facility},
                                      {"reader", live->session.reader}});
  thread_ = std::thread([this, live] { run(*live); });
}

Result<OrderedJson> SessionKeeper::describe() const {
  const std::scoped_lock lock(mutex_);
  if (!live_ || !live_->end_reason.empty()) {
    return fail(Code::kSessionUnknown);
  }
  const Session& session = live_->session;
  auto claims = claims_of(session.grant.access_token);
  return OrderedJson{{"session_id", session.grant.session_id},
                     {"server", session.server},
                     {"tls_ca", session.tls_ca},
                     {"facility", session.facility},
                     {"reader", session.reader},
                     {"started_at", to_rfc3339(session.started)},
                     {"access_token", session.grant.access_token},
                     {"token_expires_at", to_rfc3339(session.token_expires)},
                     {"claims", claims ? OrderedJson(*claims) : OrderedJson::object()}};
}

Result<void> SessionKeeper::end(std::string_view reason) {
  const std::scoped_lock alone(changing_);
  {
    const std::scoped_lock lock(mutex_);
    if (!live_) {
      return fail(Code::kSessionUnknown);
    }
    if (live_->end_reason.empty()) {
      live_->end_reason = reason;
    }
    changed_.notify_all();
  }
  thread_.join();
  return {};
}

void SessionKeeper::card_left(const std::string& reader) {
  const std::scoped_lock lock(mutex_);
  if (live_ && live_->session.reader == reader && live_->end_reason.empty()) {
    live_->end_reason = "card-removed";
    changed_.notify_all();
  }
}

// True while the session lives.
bool SessionKeeper::renew(Live& live) {
  const auto lease = live.line->renew(live.session.grant);
  const std::scoped_lock lock(mutex_);
  if (lease) {
    live.pause = std::max<std::chrono::milliseconds>(lease->holds / 3, kLeastPause);
    if (!lease->access_token.empty()) {
      live.session.grant.access_token = lease->access_token;
      live.session.token_expires = clock_.now() + std::chrono::seconds(lease->token_expires_in);
    }
    return live.end_reason.empty();
  }
  log::warn("lease: {}", shomei::describe(lease.error()));
  if (ended_there(lease.error().code)) {
    live.end_reason = live.end_reason.empty() ? "ended-by-server" : live.end_reason;
    live.told = true;
  }
  return live.end_reason.empty();
}

void SessionKeeper::run(Live& live) {
  while (renew(live)) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, live.pause, [&] { return !live.end_reason.empty(); })) {
      break;
    }
  }
  finish(live);
}

void SessionKeeper::finish(Live& live) {
  const auto last = Now::now() + kTryAgain;
  while (!live.told) {
    const auto ended =
        live.line->end(live.session.grant, live.end_reason == "card-removed" ? live.end_reason : "logout");
    live.told = ended || ended_there(ended.error().code);
    if (!live.told) {
      log::warn("end of session: {}", shomei::describe(ended.error()));
      if (Now::now() >= last) {
        break;
      }
      std::this_thread::sleep_for(kPauseBetween);
    }
  }
  {
    const std::scoped_lock lock(mutex_);
    live_.reset();
  }
  log::info("session {} ended: {}", live.session.grant.session_id, live.end_reason);
  events_.publish("session-ended", {{"session_id", live.session.grant.session_id},
                                    {"server", live.session.server},
                                    {"reason", live.end_reason},
                                    {"server_told", live.told}});
}

}  // namespace shomei::agent
