#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace shomei::server {

struct LoginChallenge {
  std::string id;
  /// 256 random bits as base64 text.
  std::string nonce;
};

/// Nonces that were handed out, each for one proof within five minutes. In memory: one that a restart loses is asked
/// for again, and a stranger's requests write nothing to the disk. From any thread.
class Challenges {
 public:
  static constexpr std::chrono::seconds kLifetime{300};
  explicit Challenges(const Clock& clock, std::size_t most = 100'000) : clock_(clock), most_(most) {}

  /// When there are too many, the oldest goes.
  LoginChallenge make();
  /// The nonce, once; nothing when unknown, used or too old.
  std::optional<std::string> take(const std::string& id);

 private:
  struct Open {
    std::string nonce;
    Time until;
  };
  void drop_old(Time now);
  const Clock& clock_;
  const std::size_t most_;
  std::mutex mutex_;
  std::unordered_map<std::string, Open> open_;
  /// Ids in the order of their making, with those that were taken.
  std::deque<std::pair<Time, std::string>> order_;
};

}  // namespace shomei::server
