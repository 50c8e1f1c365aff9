#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shomei {

using Json = nlohmann::json;
/// Keeps the order in which members were added: for output that people compare.
using OrderedJson = nlohmann::ordered_json;

struct JsonLimits {
  std::size_t max_bytes = 1 << 20;
  int max_depth = 32;
};

/// RFC 8259, strictly: UTF-8, no comments, no duplicate member names (RFC 7493 2.3), bounded size and depth.
/// Errors: input.too_large; json.malformed with the byte offset or the duplicate name.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// The member `name` of an object, as text or whole number. Errors: json.malformed naming the member.
Result<std::string> text_member(const Json& object, std::string_view name);
Result<std::int64_t> number_member(const Json& object, std::string_view name);
/// The same, with a default for an absent member.
Result<std::string> text_member_or(const Json& object, std::string_view name, std::string_view fallback);

/// Succeeds when the object has no other members than `known`. Errors: json.malformed naming the surplus member.
Result<void> only_members(const Json& object, const std::vector<std::string_view>& known);

}  // namespace shomei
