#include "server/metrics/metrics.h"

#include <fmt/format.h>

#include <array>
#include <mutex>

namespace shomei::server {
namespace {

struct Family {
  std::string_view name;
  std::string_view help;
};

/// In the order of Metrics::Counter.
constexpr std::array<Family, 7> kFamilies{{
    {"shomei_logins_total", "Login proofs by outcome: granted, or the error that refused them."},
    {"shomei_login_findings_total", "Findings (fail, warn) in the judgement of login certificates, by check."},
    {"shomei_second_opinion_total", "Answers of the second judge of certificate paths in logins."},
    {"shomei_crl_fetch_total", "Attempts to fetch revocation lists, by source and outcome."},
    {"shomei_notices_total", "Notices to the webhook, by outcome."},
    {"shomei_signatures_total", "Signatures submitted, extended, finished, refused, removed, expired."},
    {"shomei_timestamps_total", "Answers to requests for time stamps: good, or the error."},
}};
static_assert(kFamilies.size() == static_cast<std::size_t>(Metrics::Counter::kCount));

/// Backslash, double quote and line feed, as the format asks for label values.
std::string escaped(std::string_view value) {
  std::string result;
  for (const char c : value) {
    result += c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
  }
  return result;
}

std::string written(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escaped(value));
  }
  return text;
}

}  // namespace

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void MetricsText::sample(const Labels& labels, double value) {
  sample(written(labels), value);
}

void MetricsText::sample(std::string_view labels, double value) {
  text_ += labels.empty() ? fmt::format("{} {}\n", name_, value) : fmt::format("{}{{{}}} {}\n", name_, labels, value);
}

void Metrics::count(Counter counter, const Labels& labels) {
  Key key{counter, written(labels)};
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = counters_.find(key); found != counters_.end()) {
      found->second->fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
  const std::unique_lock lock(mutex_);
  if (counters_.size() < kMaxSeries || counters_.contains(key)) {
    auto& counted = counters_[std::move(key)];
    if (!counted) {
      counted = std::make_unique<std::atomic<std::uint64_t>>(0);
    }
    counted->fetch_add(1, std::memory_order_relaxed);
  }
}

void Metrics::add_collector(std::function<void(MetricsText&)> collector) {
  const std::unique_lock lock(mutex_);
  collectors_.push_back(std::move(collector));
}

std::string Metrics::text() const {
  MetricsText text;
  std::vector<std::function<void(MetricsText&)>> collectors;
  {
    const std::shared_lock lock(mutex_);
    auto at = counters_.begin();
    for (std::size_t i = 0; i < kFamilies.size(); ++i) {
      text.family(kFamilies.at(i).name, "counter", kFamilies.at(i).help);
      for (; at != counters_.end() && static_cast<std::size_t>(at->first.first) == i; ++at) {
        text.sample(at->first.second, static_cast<double>(at->second->load(std::memory_order_relaxed)));
      }
    }
    collectors = collectors_;
  }
  for (const auto& collect : collectors) {
    collect(text);
  }
  return text.text();
}

std::uint64_t Metrics::value(Counter counter, const Labels& labels) const {
  const std::shared_lock lock(mutex_);
  const auto found = counters_.find({counter, written(labels)});
  return found == counters_.end() ? 0 : found->second->load(std::memory_order_relaxed);
}

}  // namespace shomei::server
