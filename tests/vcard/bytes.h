#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vcard {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

// A failed operation is told in English; this program is a tool for tests.
template <class T>
using Expected = std::expected<T, std::string>;

std::string to_hex(View bytes);  // capital letters, no separators
std::optional<Bytes> from_hex(std::string_view text);

void append(Bytes& out, View more);
bool starts_with(View bytes, View prefix);
std::string to_text(View bytes);

Expected<Bytes> read_file(const std::string& path, std::size_t limit);

}  // namespace vcard
