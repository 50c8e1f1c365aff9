#include "base/clock.h"

#include <fmt/format.h>

#include <cctype>
#include <optional>

namespace shomei {
namespace {

std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) {
    return std::nullopt;
  }
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) {
      return std::nullopt;
    }
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

std::optional<Time> assemble(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::optional<std::chrono::minutes> offset(std::string_view& text) {
  if (skip(text, "Zz")) {
    return std::chrono::minutes(0);
  }
  const bool negative = !text.empty() && text.front() == '-';
  if (!skip(text, "+-")) {
    return std::nullopt;
  }
  const auto hours = digits(text, 2);
  const bool colon = skip(text, ":");
  const auto minutes = digits(text, 2);
  if (!hours || !colon || !minutes || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  const std::chrono::minutes value(*hours * 60 + *minutes);
  return negative ? -value : value;
}

std::optional<Time> read_rfc3339(std::string_view rest) {
  const auto year = digits(rest, 4);
  bool ok = skip(rest, "-");
  const auto month = digits(rest, 2);
  ok = ok && skip(rest, "-");
  const auto day = digits(rest, 2);
  ok = ok && skip(rest, "Tt ");
  const auto hour = digits(rest, 2);
  ok = ok && skip(rest, ":");
  const auto minute = digits(rest, 2);
  ok = ok && skip(rest, ":");
  const auto second = digits(rest, 2);
  if (!ok || !year || !month || !day || !hour || !minute || !second || *year < 1970) {
    return std::nullopt;
  }
  if (skip(rest, ".")) {
    ok = digits(rest, 1).has_value();
    while (digits(rest, 1)) {
    }
  }
  const auto shift = offset(rest);
  const auto time = assemble(*year, *month, *day, *hour, *minute, *second);
  if (!ok || !shift || !time || !rest.empty()) {
    return std::nullopt;
  }
  return *time - *shift;
}

}  // namespace

Time SystemClock::now() const {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<Time> parse_rfc3339(std::string_view text) {
  const auto time = read_rfc3339(text);
  if (!time) {
    return fail(Code::kInputMalformed, fmt::format("not an RFC 3339 time: {:.40}", text));
  }
  return *time;
}

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

Result<Time> parse_asn1_time(std::uint8_t tag, std::string_view content) {
  constexpr std::uint8_t kUtcTime = 0x17;
  std::string_view rest = content;
  auto year = digits(rest, tag == kUtcTime ? 2 : 4);
  if (tag == kUtcTime && year) {
    *year += *year < 50 ? 2000 : 1900;
  }
  const auto month = digits(rest, 2);
  const auto day = digits(rest, 2);
  const auto hour = digits(rest, 2);
  const auto minute = digits(rest, 2);
  const auto second = digits(rest, 2);
  std::optional<Time> time;
  if (year && month && day && hour && minute && second && rest == "Z") {
    time = assemble(*year, *month, *day, *hour, *minute, *second);
  }
  if (!time) {
    return fail(Code::kDerMalformed, fmt::format("not a time as RFC 5280 writes it: {:.24}", content));
  }
  return *time;
}

}  // namespace shomei
