#pragma once

#include "tests/vcard/bytes.h"

#include <array>

namespace vcard {

enum class Use { signature, authentication };  // in the order in which partial selection finds them
inline constexpr std::array kUses{Use::signature, Use::authentication};
std::string_view name_of(Use use);
std::optional<Use> use_named(std::string_view name);

enum class ShapeName { jma, guideline, opensc };
std::optional<ShapeName> shape_named(std::string_view name);
std::string_view name_of(ShapeName shape);

inline constexpr unsigned kMaxTries = 15;  // what 63Cx can tell
inline constexpr std::size_t kMinPin = 4, kMaxPin = 16;

template <class T>
using PerUse = std::array<T, kUses.size()>;
template <class T>
T& of(PerUse<T>& values, Use use) {
  return values[static_cast<std::size_t>(use)];
}
template <class T>
const T& of(const PerUse<T>& values, Use use) {
  return values[static_cast<std::size_t>(use)];
}

// What the JSON profile says (README.md has the table of keys).
struct Profile {
  ShapeName shape = ShapeName::jma;
  std::string holder;
  std::vector<std::string> ca;
  PerUse<std::string> pins;
  PerUse<unsigned> tries{kMaxTries, kMaxTries};
  bool extended_length = true;
  bool mse_before_verify = true;
  bool hide_tries = false;
  bool inserted = true;
  std::optional<Bytes> serial;
  std::optional<Bytes> atr;
};

Expected<Profile> load_profile(const std::string& path);

}  // namespace vcard
