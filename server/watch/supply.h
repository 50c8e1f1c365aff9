#pragma once

#include "http/route.h"
#include "server/sessions/sessions.h"
#include "server/watch/periodic.h"
#include "server/watch/supply_config.h"
#include "server/watch/watcher.h"

namespace shomei::server {

struct SupplyParts {
  Store& store;
  const Clock& clock;
  Trust& trust;
  Sessions& sessions;
  Metrics& metrics;
  /// Besides what is trusted and who logs in.
  std::vector<WatchedFile> watched{};
};

/// The supply of revocation lists and the watch over what grows old, with their threads: fetching, looking once a
/// minute, sending to the webhook. None of it is waited for by a login.
class Supply {
 public:
  /// Errors: those of Fetcher::create.
  static Result<std::unique_ptr<Supply>> create(const SupplyConfig& config, const SupplyParts& parts);
  ~Supply() { stop(); }
  Supply(const Supply&) = delete;
  Supply& operator=(const Supply&) = delete;

  void start();
  /// Ends what is under way; nothing starts again.
  void stop();
  /// What the threads do once, for who has none: looks, then sends what is due.
  void look();

  Notices& notices() { return notices_; }
  Fetcher& fetcher() { return *fetcher_; }
  const SupplyParts& parts() const { return parts_; }
  const FreshnessRules& freshness() const { return config_.freshness; }

 private:
  Supply(const SupplyConfig& config, const SupplyParts& parts);
  void send(const std::stop_token& stop);
  void write_gauges(MetricsText& text) const;

  const SupplyConfig config_;
  const SupplyParts parts_;
  Notices notices_;
  Watcher watcher_;
  Webhook webhook_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Periodic> sender_;
  std::unique_ptr<Periodic> looker_;
};

}  // namespace shomei::server
