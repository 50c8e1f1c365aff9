#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace shomei::auth {

/// Since when objects are proved to exist (EN 319 102-1 5.6.2.3), by the SHA-256 of their DER in lower-case hex.
class ProofsOfExistence {
 public:
  /// `now`: the moment of the whole judgement, at which everything that is at hand exists.
  explicit ProofsOfExistence(Time now) : now_(now) {}

  /// The oldest proof counts.
  void add(const std::string& sha256, Time at) {
    const auto [row, fresh] = since_.try_emplace(sha256, at);
    row->second = std::min(row->second, at);
  }
  Time since(const std::string& sha256) const {
    const auto row = since_.find(sha256);
    return row == since_.end() ? now_ : std::min(row->second, now_);
  }
  bool has(const std::string& sha256) const { return since_.contains(sha256); }
  Time now() const { return now_; }

 private:
  std::unordered_map<std::string, Time> since_;
  Time now_;
};

}  // namespace shomei::auth
