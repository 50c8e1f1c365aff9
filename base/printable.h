#pragma once

#include <string>
#include <string_view>

namespace shomei {

/// Length in bytes of the UTF-8 character with which `text` begins (RFC 3629: no surrogates, no overlong forms); 0
/// where there is none.
std::size_t utf8_length(std::string_view text);

/// Text from strangers, fit to be shown: control characters (line feeds too), marks that change the direction of
/// writing or cannot be seen, what XML 1.0 has no place for, and broken UTF-8 stand as `substitute`.
std::string printable(std::string_view text, std::string_view substitute = "?");

/// Columns that the text takes where characters have one width: Japanese ones take two.
std::size_t columns(std::string_view text);

/// The text, or as much of its beginning as fits into `width` columns with "…" behind it.
std::string shortened(std::string_view text, std::size_t width);

}  // namespace shomei
