#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <string>
#include <utility>

namespace shomei::log {
namespace {

spdlog::level::level_enum native(Level level) {
  constexpr std::array kLevels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
  return kLevels.at(static_cast<std::size_t>(level));
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("shomei", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *instance;
}

// Foreign text in a detail cannot begin a line of its own, nor steer the terminal that shows the log.
std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void set_level(Level level) {
  logger().set_level(native(level));
}

Level level_from(std::string_view name, Level fallback) {
  constexpr std::array<std::pair<std::string_view, Level>, 4> kNames{
      {{"debug", Level::kDebug}, {"info", Level::kInfo}, {"warn", Level::kWarn}, {"error", Level::kError}}};
  for (const auto& [known, level] : kNames) {
    if (known == name) {
      return level;
    }
  }
  return fallback;
}

void write(Level level, std::string_view line) {
  if (logger().should_log(native(level))) {
    logger().log(native(level), "{}", one_line(line));
  }
}

}  // namespace shomei::log
