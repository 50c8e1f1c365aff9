#include "server/trust/fetch_schedule.h"

#include <algorithm>

namespace shomei::server {
namespace {

constexpr double kSpread = 0.2;
constexpr std::chrono::seconds kLeast{30};

}  // namespace

std::optional<std::chrono::seconds> rhythm_of(std::span<const CrlRecord> lists, const std::string& scope) {
  constexpr std::size_t kLast = 12;
  std::vector<Time> issued;
  for (const CrlRecord& list : lists) {
    if (list.scope == scope) {
      issued.push_back(list.this_update);
    }
  }
  std::ranges::sort(issued, std::greater());
  if (issued.size() < 3) {
    return std::nullopt;
  }
  std::vector<std::chrono::seconds> between;
  for (std::size_t i = 1; i < std::min(issued.size(), kLast); ++i) {
    between.push_back(issued[i - 1] - issued[i]);
  }
  std::ranges::sort(between);
  return between[between.size() / 2];
}

std::chrono::seconds FetchSchedule::spread(std::chrono::seconds time) const {
  const double factor = 1.0 - kSpread + (2 * kSpread * random_());
  return std::max(kLeast, std::chrono::duration_cast<std::chrono::seconds>(time * factor));
}

std::chrono::seconds FetchSchedule::interval(Time now, const std::optional<ListAge>& list) const {
  if (!list) {
    return rules_.every;
  }
  const bool expected = list->rhythm && now >= list->this_update + *list->rhythm;
  const int often = list->level >= Level::kAlarm ? 12 : list->level == Level::kWarn || expected ? 4 : 1;
  return rules_.every / often;
}

Time FetchSchedule::after_success(Time now, const std::optional<ListAge>& list) const {
  Time next = now + spread(interval(now, list));
  if (list && list->next_update) {
    // With time for some failures before the list is stale.
    const Time last_chance = *list->next_update - 3 * rules_.first_retry;
    next = last_chance > now + kLeast ? std::min(next, last_chance) : next;
  }
  return next;
}

Time FetchSchedule::after_failure(Time now, std::int64_t failures, const std::optional<ListAge>& list) const {
  constexpr std::int64_t kMostDoublings = 16;
  const auto doublings = std::clamp<std::int64_t>(failures - 1, 0, kMostDoublings);
  const auto wait = std::min(rules_.first_retry * (std::int64_t{1} << doublings), rules_.longest_retry);
  return now + spread(std::min(wait, interval(now, list)));
}

std::string host_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  std::string host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return host;
}

void FetchQueue::set_sources(const std::vector<CrlSourceRecord>& sources) {
  std::map<std::string, Entry> next;
  for (const CrlSourceRecord& source : sources) {
    const auto known = entries_.find(source.url);
    next.emplace(source.url, known == entries_.end() ? Entry{.source = source} : known->second);
  }
  // One that is running stays until it is done.
  for (auto& [url, entry] : entries_) {
    if (entry.running) {
      next.emplace(url, std::move(entry));
    }
  }
  entries_ = std::move(next);
}

bool FetchQueue::host_is_free(const Entry& entry) const {
  const std::string host = host_of(entry.source.url);
  return std::ranges::none_of(
      entries_, [&](const auto& other) { return other.second.running && host_of(other.second.source.url) == host; });
}

std::optional<CrlSourceRecord> FetchQueue::take(Time now) {
  Entry* chosen = nullptr;
  for (auto& [url, entry] : entries_) {
    const bool due = !entry.running && (entry.wanted || entry.source.next_try <= now) && host_is_free(entry);
    if (due && (chosen == nullptr || (entry.wanted && !chosen->wanted) ||
                (entry.wanted == chosen->wanted && entry.source.next_try < chosen->source.next_try))) {
      chosen = &entry;
    }
  }
  if (chosen == nullptr) {
    return std::nullopt;
  }
  chosen->running = true;
  chosen->wanted = false;
  return chosen->source;
}

void FetchQueue::done(const CrlSourceRecord& source, std::string outcome, std::string detail) {
  const auto found = entries_.find(source.url);
  if (found != entries_.end()) {
    Entry& entry = found->second;
    entry.source = source;
    entry.running = false;
    entry.outcome = std::move(outcome);
    entry.detail = std::move(detail);
  }
}

bool FetchQueue::want(const std::string& url) {
  bool any = url.empty();
  for (auto& [own, entry] : entries_) {
    if (url.empty() || own == url) {
      entry.wanted = true;
      any = true;
    }
  }
  return any;
}

bool FetchQueue::idle(const std::string& url) const {
  return std::ranges::none_of(entries_, [&](const auto& one) {
    return (url.empty() || one.first == url) && (one.second.running || one.second.wanted);
  });
}

std::optional<Time> FetchQueue::next_due() const {
  std::optional<Time> next;
  for (const auto& [url, entry] : entries_) {
    if (!entry.running && host_is_free(entry)) {
      next = std::min(next.value_or(entry.source.next_try), entry.source.next_try);
    }
  }
  return next;
}

}  // namespace shomei::server
