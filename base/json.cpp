#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace shomei {
namespace {

/// Refuses duplicate names and deep nesting while nlohmann's parser runs.
class Guard {
 public:
  explicit Guard(int max_depth) : max_depth_(max_depth) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > max_depth_) {
      reject("nested too deep");
    }
    if (event == Json::parse_event_t::object_start) {
      names_.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      names_.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!names_.back().insert(name).second) {
        reject(fmt::format("member \"{}\" appears twice", name));
      }
    }
    return true;
  }

  const std::string& problem() const { return problem_; }

 private:
  struct Stop : std::exception {};
  [[noreturn]] void reject(std::string problem) {
    problem_ = std::move(problem);
    throw Stop();
  }
  int max_depth_;
  std::vector<std::set<std::string>> names_;
  std::string problem_;
};

std::unexpected<Error> bad_member(std::string_view name, std::string_view what) {
  return fail(Code::kJsonMalformed, fmt::format("member \"{}\" {}", name, what));
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("JSON of {} bytes, limit {}", text.size(), limits.max_bytes));
  }
  Guard guard(limits.max_depth);
  try {
    return Json::parse(text, std::ref(guard));
  } catch (const Json::exception& error) {
    return fail(Code::kJsonMalformed, error.what());
  } catch (const std::exception&) {
    return fail(Code::kJsonMalformed, guard.problem());
  }
}

Result<std::string> text_member(const Json& object, std::string_view name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (found == object.end()) {
    return bad_member(name, "is missing");
  }
  if (!found->is_string()) {
    return bad_member(name, "is not a text");
  }
  return found->get<std::string>();
}

Result<std::string> text_member_or(const Json& object, std::string_view name, std::string_view fallback) {
  if (object.is_object() && !object.contains(name)) {
    return std::string(fallback);
  }
  return text_member(object, name);
}

Result<std::int64_t> number_member(const Json& object, std::string_view name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (found == object.end()) {
    return bad_member(name, "is missing");
  }
  if (!found->is_number_integer()) {
    return bad_member(name, "is not a whole number");
  }
  return found->get<std::int64_t>();
}

Result<void> only_members(const Json& object, const std::vector<std::string_view>& known) {
  if (!object.is_object()) {
    return fail(Code::kJsonMalformed, "not an object");
  }
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) == known.end()) {
      return bad_member(name, "is not known here");
    }
  }
  return {};
}

}  // namespace shomei
