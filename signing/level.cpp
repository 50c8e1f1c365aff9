#include "signing/level.h"

#include <array>
#include <utility>

#include "base/error.h"

namespace shomei::signing {
namespace {

template <class T, std::size_t N>
std::optional<T> from(const std::array<std::pair<std::string_view, T>, N>& words, std::string_view word) {
  for (const auto& [text, value] : words) {
    if (text == word) {
      return value;
    }
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 4> kLevels = {"B", "T", "LT", "LTA"};
constexpr std::array<std::string_view, 4> kJahisLevels = {"ES", "ES-T", "ES-XL", "ES-A"};

}  // namespace

std::string_view name(Format format) {
  return format == Format::kXades ? "XAdES" : "CAdES";
}

std::string_view name(Level level) {
  return kLevels.at(static_cast<std::size_t>(level));
}

std::string_view jahis_name(Level level) {
  return kJahisLevels.at(static_cast<std::size_t>(level));
}

std::optional<Format> format_from(std::string_view word) {
  return from(std::array{std::pair(std::string_view("xades"), Format::kXades),
                         std::pair(std::string_view("cades"), Format::kCades)},
              word);
}

std::optional<Packaging> packaging_from(std::string_view word) {
  return from(std::array{std::pair(std::string_view("enveloped"), Packaging::kEnveloped),
                         std::pair(std::string_view("enveloping"), Packaging::kEnveloping),
                         std::pair(std::string_view("detached"), Packaging::kDetached)},
              word);
}

std::optional<Level> level_from(std::string_view word) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels.at(i) == word) {
      return static_cast<Level>(i);
    }
  }
  return std::nullopt;
}

}  // namespace shomei::signing
