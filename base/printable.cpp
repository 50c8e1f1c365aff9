#include "base/printable.h"

#include <algorithm>
#include <array>

namespace shomei {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};
/// Controls, soft hyphen, the Arabic letter mark, zero-width and directional marks, line and paragraph separators,
/// overrides and isolates, invisible operators, the byte-order mark, non-characters, interlinear marks, tags.
constexpr auto kHarmful = std::to_array<Range>({
    {0x00, 0x1F},
    {0x7F, 0x9F},
    {0xAD, 0xAD},
    {0x61C, 0x61C},
    {0x200B, 0x200F},
    {0x2028, 0x202E},
    {0x2060, 0x206F},
    {0xFDD0, 0xFDEF},
    {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB},
    {0xFFFE, 0xFFFF},
    {0xE0000, 0xE0FFF},
});

std::uint8_t at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

char32_t code_point(std::string_view character) {
  constexpr std::array<char32_t, 5> kFirstBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t value = at(character, 0) & kFirstBits.at(character.size());
  for (std::size_t i = 1; i < character.size(); ++i) {
    value = (value << 6) | (at(character, i) & 0x3FU);
  }
  return value;
}

bool harmless(std::string_view character) {
  const char32_t value = code_point(character);
  return std::ranges::none_of(kHarmful,
                              [&](const Range& range) { return value >= range.first && value <= range.last; });
}

/// The next character, or one byte where there is none.
std::string_view next_character(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(utf8_length(text), 1));
}

std::size_t width_of(std::string_view character) {
  return at(character, 0) >= 0xE1 ? 2 : 1;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  const std::uint8_t first = at(text, 0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(text, i) & 0xC0) != 0x80) {
      return 0;
    }
  }
  if (length >= 3) {
    const char32_t value = code_point(text.substr(0, length));
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < (length == 3 ? 0x800U : 0x10000U) || value > 0x10FFFF || surrogate) {
      return 0;
    }
  }
  return length;
}

std::string printable(std::string_view text, std::string_view substitute) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::string_view character = next_character(text);
    shown += utf8_length(text) > 0 && harmless(character) ? character : substitute;
    text.remove_prefix(character.size());
  }
  return shown;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::string_view character = next_character(text);
    count += width_of(character);
    text.remove_prefix(character.size());
  }
  return count;
}

std::string shortened(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  // The byte up to which the text fits with "…" behind it.
  std::size_t cut = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view character = next_character(text.substr(i));
    used += width_of(character);
    if (used > width) {
      return std::string(text.substr(0, cut)) + "…";
    }
    i += character.size();
    cut = used + 1 <= width ? i : cut;
  }
  return std::string(text);
}

}  // namespace shomei
