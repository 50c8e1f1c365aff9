#pragma once

#include "server/trust/freshness.h"
#include "server/trust/trust.h"
#include "server/watch/expiry.h"
#include "server/watch/notices.h"

namespace shomei::server {

struct WatchParts {
  Store& store;
  const Clock& clock;
  const Trust& trust;
  const FreshnessRules& freshness;
  Notices& notices;
  /// Empty: none.
  std::vector<WatchedFile> watched{};
};

/// Looks at what grows old. `look` from one thread, the rest from any.
class Watcher {
 public:
  explicit Watcher(WatchParts parts) : parts_(std::move(parts)) {}
  /// Tells lists that have come to another level, and (once an hour) certificates that have come to a threshold.
  void look();
  /// Gauges: age, next update, entries and level of each list in force, and what expires.
  void write_metrics(MetricsText& text) const;

 private:
  void look_at_lists(Time now);
  void look_at_certificates(Time now);

  const WatchParts parts_;
  Time certificates_seen_{};
  mutable std::mutex mutex_;
  /// As of then.
  std::vector<Expiring> expiring_;
};

}  // namespace shomei::server
