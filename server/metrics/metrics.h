#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shomei::server {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Writes the Prometheus text format, version 0.0.4.
class MetricsText {
 public:
  /// Begins a family; `type` is counter or gauge.
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// A sample of the family begun last.
  void sample(const Labels& labels, double value);
  /// The same with labels that are written already (see Metrics).
  void sample(std::string_view labels, double value);
  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

/// What the server counts. From any thread; counting what was counted before takes a shared lock and one atomic
/// addition.
class Metrics {
 public:
  enum class Counter : std::uint8_t {
    kLogins,
    kLoginFindings,
    kSecondOpinion,
    kCrlFetches,
    kNotices,
    kSignatures,
    kTimestamps,
    kCount
  };
  /// A label set that is new when kMaxSeries are there is not counted: labels must come from short lists.
  static constexpr std::size_t kMaxSeries = 4096;

  void count(Counter counter, const Labels& labels);
  /// Asked at each `text`: writes gauges of the present state.
  void add_collector(std::function<void(MetricsText&)> collector);
  std::string text() const;
  std::uint64_t value(Counter counter, const Labels& labels) const;

 private:
  using Key = std::pair<Counter, std::string>;
  mutable std::shared_mutex mutex_;
  std::map<Key, std::unique_ptr<std::atomic<std::uint64_t>>> counters_;
  std::vector<std::function<void(MetricsText&)>> collectors_;
};

}  // namespace shomei::server
