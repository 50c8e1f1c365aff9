#include "signing/report/time_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "signing/report/report_words.h"

namespace shomei::signing {
namespace {

using std::chrono::days;
using std::chrono::seconds;

struct Step {
  seconds length;
  /// Not 0: so many months, whatever their length.
  int months = 0;
};
constexpr seconds kMonth = std::chrono::hours(30 * 24);
constexpr auto kSteps = std::to_array<Step>({
    {seconds(60)},
    {seconds(300)},
    {seconds(900)},
    {seconds(3600)},
    {seconds(3 * 3600)},
    {seconds(6 * 3600)},
    {seconds(12 * 3600)},
    {days(1)},
    {days(2)},
    {days(5)},
    {days(10)},
    {kMonth, 1},
    {3 * kMonth, 3},
    {6 * kMonth, 6},
    {12 * kMonth, 12},
    {24 * kMonth, 24},
    {60 * kMonth, 60},
    {120 * kMonth, 120},
    {240 * kMonth, 240},
    {600 * kMonth, 600},
    {1200 * kMonth, 1200},
    {6000 * kMonth, 6000},
    {12000 * kMonth, 12000},
});
constexpr int kMaxTicks = 8;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string label_of(Time local, const Step& step, Language language) {
  const bool ja = language == Language::kJa;
  const auto day = std::chrono::floor<days>(local);
  const std::chrono::year_month_day date(day);
  const int year = static_cast<int>(date.year());
  const unsigned month = static_cast<unsigned>(date.month());
  if (step.months >= 12) {
    return ja ? fmt::format("{}年", year) : fmt::format("{}", year);
  }
  if (step.months > 0) {
    return ja ? fmt::format("{}年{}月", year, month) : fmt::format("{} {}", kMonths.at(month - 1), year);
  }
  const std::string date_text = ja ? fmt::format("{}月{}日", month, static_cast<unsigned>(date.day()))
                                   : fmt::format("{} {}", static_cast<unsigned>(date.day()), kMonths.at(month - 1));
  if (step.length >= days(1)) {
    return date_text;
  }
  const std::chrono::hh_mm_ss clock(local - day);
  return fmt::format("{} {:02}:{:02}", date_text, clock.hours().count(), clock.minutes().count());
}

/// The round moment at or before a local time.
Time round_down(Time local, const Step& step) {
  if (step.months == 0) {
    const auto since = local.time_since_epoch();
    return Time(since - (since % step.length + step.length) % step.length);
  }
  const std::chrono::year_month_day date(std::chrono::floor<days>(local));
  const int months = static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  const int round = months - months % step.months;
  return std::chrono::sys_days(std::chrono::year(round / 12) /
                               std::chrono::month(static_cast<unsigned>(round % 12 + 1)) / 1);
}

Time next(Time local, const Step& step) {
  if (step.months == 0) {
    return local + step.length;
  }
  const std::chrono::year_month_day date(std::chrono::floor<days>(local));
  return std::chrono::sys_days(date + std::chrono::months(step.months));
}

}  // namespace

double TimeScale::at(Time time) const {
  const auto whole = static_cast<double>((end - begin).count());
  const double part = whole > 0 ? static_cast<double>((time - begin).count()) / whole : 0.5;
  return left + std::clamp(part, 0.0, 1.0) * (right - left);
}

std::vector<Tick> ticks_of(const TimeScale& scale, Language language) {
  const seconds zone = zone_of(language);
  const auto fits = [&](const Step& step) { return (scale.end - scale.begin) / step.length <= kMaxTicks; };
  const auto step = std::ranges::find_if(kSteps, fits);
  std::vector<Tick> ticks;
  if (step == kSteps.end()) {
    return ticks;
  }
  for (Time local = round_down(scale.begin + zone, *step); local - zone <= scale.end; local = next(local, *step)) {
    if (scale.holds(local - zone)) {
      ticks.push_back({local - zone, label_of(local, *step, language)});
    }
  }
  return ticks;
}

std::vector<double> spread(std::vector<double> wanted, double gap, double low, double high) {
  if (wanted.empty()) {
    return wanted;
  }
  const auto last = static_cast<double>(wanted.size() - 1);
  gap = last > 0 ? std::min(gap, (high - low) / last) : gap;
  // Isotonic regression: without their gaps the places must only rise; neighbours that do not share their mean.
  struct Block {
    double mean;
    double count;
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    blocks.push_back({wanted[i] - gap * static_cast<double>(i), 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean > blocks.back().mean) {
      const Block back = blocks.back();
      blocks.pop_back();
      Block& front = blocks.back();
      front.mean = (front.mean * front.count + back.mean * back.count) / (front.count + back.count);
      front.count += back.count;
    }
  }
  std::vector<double> places;
  for (const Block& block : blocks) {
    for (double i = 0; i < block.count; ++i) {
      places.push_back(std::clamp(block.mean, low, high - gap * last) + gap * static_cast<double>(places.size()));
    }
  }
  return places;
}

}  // namespace shomei::signing
