#pragma once

#include <fmt/format.h>

#include <string_view>

#include "base/error.h"

namespace shomei::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };

/// Lines go to stderr as "time level message"; no line may hold a PIN, key or document (a test runs every flow at
/// kDebug with a known PIN and searches what was written).
void set_level(Level level);
/// `fallback` for a name that is none of debug, info, warn, error.
Level level_from(std::string_view name, Level fallback);
void write(Level level, std::string_view line);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}
inline void error(const Error& failure) {
  write(Level::kError, describe(failure));
}

}  // namespace shomei::log
