#pragma once

#include <functional>
#include <map>
#include <span>

#include "server/store/watch_records.h"
#include "server/trust/freshness.h"

namespace shomei::server {

struct FetchRules {
  /// Between two attempts while all is well.
  std::chrono::seconds every{3'600};
  /// After the first failure; doubled with each further one.
  std::chrono::seconds first_retry{60};
  std::chrono::seconds longest_retry{3'600};
};

/// What is known of the list that a source brought last.
struct ListAge {
  Time this_update{};
  std::optional<Time> next_update{};
  Level level = Level::kGood;
  /// Between two of its issuer's lists, as seen until now.
  std::optional<std::chrono::seconds> rhythm{};
};

/// The usual time between the issues of a scope's lists: the median of the last ones. Nothing for less than three
/// lists.
std::optional<std::chrono::seconds> rhythm_of(std::span<const CrlRecord> lists, const std::string& scope);

/// When a source is tried next; pure. Every time is spread by up to a fifth either way, so that many servers do not
/// come at once.
class FetchSchedule {
 public:
  /// From 0 to below 1.
  using Random = std::function<double()>;
  FetchSchedule(FetchRules rules, Random random) : rules_(rules), random_(std::move(random)) {}

  /// Every so often; four times as often when the issuer's next list is due by its rhythm or the list has come to
  /// "warn", twelve times from "alarm" on; and in any case once more before nextUpdate.
  Time after_success(Time now, const std::optional<ListAge>& list) const;
  /// Back-off; never longer than after a success.
  Time after_failure(Time now, std::int64_t failures, const std::optional<ListAge>& list) const;
  const FetchRules& rules() const { return rules_; }

 private:
  std::chrono::seconds interval(Time now, const std::optional<ListAge>& list) const;
  std::chrono::seconds spread(std::chrono::seconds time) const;

  const FetchRules rules_;
  const Random random_;
};

/// Host and port of a URL in lower case.
std::string host_of(const std::string& url);

/// Which sources are due, one at a time for each host; pure, the caller locks.
class FetchQueue {
 public:
  struct Entry {
    CrlSourceRecord source{};
    bool running = false;
    /// Somebody asked for it: at once, and again if it is running.
    bool wanted = false;
    /// "imported", "unchanged", "failed", and what about it.
    std::string outcome{};
    std::string detail{};
  };

  /// These and no others from now on; what is known of them stays.
  void set_sources(const std::vector<CrlSourceRecord>& sources);
  /// The source that is most overdue and whose host is free; it is running until `done`.
  std::optional<CrlSourceRecord> take(Time now);
  void done(const CrlSourceRecord& source, std::string outcome, std::string detail);
  /// Due at once. False: no such source. Empty: all of them.
  bool want(const std::string& url);
  bool idle(const std::string& url) const;
  /// When something will be due, as long as nothing changes.
  std::optional<Time> next_due() const;
  const std::map<std::string, Entry>& entries() const { return entries_; }

 private:
  bool host_is_free(const Entry& entry) const;
  std::map<std::string, Entry> entries_;
};

}  // namespace shomei::server
