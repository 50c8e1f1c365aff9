#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "agent/events.h"
#include "agent/server_link.h"
#include "base/clock.h"

namespace shomei::agent {

/// A login that lives while its card is in the reader.
struct Session {
  std::string server;
  std::string facility;
  std::string reader;
  Grant grant;
  Time started;
  Time token_expires;
  /// The CAs that may stand behind the server's TLS certificate, for programs that use the session themselves.
  std::string tls_ca;
};

/// Keeps at most one session: renews its lease on a thread that exists only as long as the session does, and ends it at
/// the server when the card leaves, when it is asked to, or when a new one comes. The server has the last word: a
/// session that it calls ended is ended here; while it cannot be reached, the lease is tried again.
class SessionKeeper {
 public:
  SessionKeeper(EventBus& events, const Clock& clock) : events_(events), clock_(clock) {}
  SessionKeeper(const SessionKeeper&) = delete;
  SessionKeeper& operator=(const SessionKeeper&) = delete;
  /// Ends the session ("agent-stopped").
  ~SessionKeeper();

  /// How long `line` may be silent, so that a pulled card ends the session within two seconds even when a renewal is
  /// under way.
  static constexpr std::chrono::milliseconds kLineTime{1500};
  /// Takes over a session; one that there was is ended ("replaced").
  void begin(Session session, std::unique_ptr<ServerLink> line);
  /// As `GET /v1/session` gives it, with the access token that is good now. Errors: session.unknown.
  Result<OrderedJson> describe() const;
  /// Ends the session and waits until the server knows (or could not be told in two seconds). Errors: session.unknown.
  Result<void> end(std::string_view reason);
  /// Ends the session if it lives on the card in this reader; returns at once.
  void card_left(const std::string& reader);

 private:
  struct Live;
  void run(Live& live);
  bool renew(Live& live);
  void finish(Live& live);

  EventBus& events_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Live> live_;
  /// Serialises begin and end, which wait for the thread.
  std::mutex changing_;
  std::thread thread_;
};

}  // namespace shomei::agent
