#pragma once

#include <condition_variable>
#include <filesystem>
#include <thread>

#include "server/trust/crl_sources.h"
#include "server/trust/fetch.h"
#include "server/trust/fetch_schedule.h"
#include "server/watch/notices.h"

namespace shomei::server {

struct FetchOptions {
  /// Besides those that CAs, lists and certificates name.
  std::vector<std::string> urls{};
  /// Whether those are used at all.
  bool from_points = true;
  std::string proxy{};
  /// CAs for https sources.
  std::vector<std::filesystem::path> tls_ca{};
  FetchRules rules{};
  std::size_t max_bytes = auth::kMaxCrlBytes;
};

struct FetchParts {
  Store& store;
  const Clock& clock;
  Trust& trust;
  Notices& notices;
  Metrics& metrics;
  const FreshnessRules& freshness;
  /// After each list that was taken: sessions of cards that it revokes end.
  std::function<void(const CrlImport&)> imported;
};

/// Fetches lists from all sources on a schedule, several at a time, one for each host. What happened stays in the
/// store.
class Fetcher {
 public:
  /// Errors: input.* (tls_ca), config.invalid (proxy).
  static Result<std::unique_ptr<Fetcher>> create(FetchOptions options, FetchParts parts);
  /// Stops as `stop` does.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// Begins to work by itself.
  void start();
  /// Ends what is under way.
  void stop();
  /// Collects the sources anew. Errors: store.*.
  Result<void> refresh();
  /// Fetches one, or all with an empty URL, now, and waits for it so long. Errors: store.not_found (no such source),
  /// store.*.
  Result<std::vector<FetchQueue::Entry>> fetch_now(const std::string& url, std::chrono::milliseconds patience);
  std::vector<FetchQueue::Entry> entries() const;

 private:
  Fetcher(FetchOptions options, FetchParts parts);
  void work(const std::stop_token& stop);
  void run(const CrlSourceRecord& source);
  void finish(FetchResult result);
  void tell(const FetchResult& result) const;
  std::optional<ListAge> age_of(const std::string& sha256) const;

  const FetchOptions options_;
  const FetchParts parts_;
  const FetchSchedule schedule_;
  std::stop_source stopping_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  FetchQueue queue_;
  Time collected_{};
  /// Counts what may make another source due.
  std::uint64_t changes_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace shomei::server
