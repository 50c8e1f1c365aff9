#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace shomei::signing {

enum class Format : std::uint8_t { kXades, kCades };
/// Where the signature stands: inside the document, around it, or in a file of its own.
enum class Packaging : std::uint8_t { kEnveloped, kEnveloping, kDetached };
/// Baseline levels of EN 319 132-1 6 and EN 319 122-1 6.
enum class Level : std::uint8_t { kB, kT, kLT, kLTA };

/// "XAdES", "CAdES".
std::string_view name(Format format);
/// "B", "T", "LT", "LTA".
std::string_view name(Level level);
/// JAHIS's names of the same levels: "ES", "ES-T", "ES-XL", "ES-A".
std::string_view jahis_name(Level level);

/// From the words of the command line ("xades", "enveloped", "LT"); nothing for another word.
std::optional<Format> format_from(std::string_view word);
std::optional<Packaging> packaging_from(std::string_view word);
std::optional<Level> level_from(std::string_view word);

}  // namespace shomei::signing
