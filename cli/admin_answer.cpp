#include "cli/admin_answer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "cli/output.h"

namespace shomei::cli {
namespace {

std::string cell(const Json& value) {
  if (value.is_string()) {
    return printable(value.get<std::string>());
  }
  if (!value.is_array()) {
    return value.is_null() ? "-" : printable(value.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  std::string all;
  for (const Json& one : value) {
    all += (all.empty() ? "" : ",") + cell(one);
  }
  return all.empty() ? "-" : all;
}

/// What people look for first stands first, the rest follows by name.
constexpr auto kFirst = std::to_array<std::string_view>(
    {"seq",         "at",          "event",   "id",       "code",       "session_id", "person",
     "use",         "name",        "type",    "subject",  "issuer",     "number",     "current",
     "this_update", "next_update", "entries", "facility", "facilities", "roles",      "state"});

/// One "name  value" line for each member, and an empty one.
void print_entry(const Json& entry) {
  const auto print_member = [&](std::string_view name) {
    print("{:<14} {}\n", printable(name), cell(entry.at(std::string(name))));
  };
  for (const std::string_view name : kFirst) {
    if (entry.contains(name)) {
      print_member(name);
    }
  }
  for (const auto& [name, value] : entry.items()) {
    if (std::ranges::find(kFirst, name) == kFirst.end()) {
      print_member(name);
    }
  }
  print("\n");
}

}  // namespace

void print_answer(const Json& answer, const Context& context) {
  if (context.json) {
    print_json(answer.is_null() ? OrderedJson::object() : OrderedJson(answer));
    return;
  }
  const bool lists =
      answer.is_object() && std::ranges::all_of(answer, [](const Json& member) { return member.is_array(); });
  for (const Json& list : lists ? answer : Json::array({Json::array({answer})})) {
    for (const Json& entry : list) {
      if (entry.is_object()) {
        print_entry(entry);
      }
    }
  }
  if (answer.is_null()) {
    print("ok\n");
  }
}

}  // namespace shomei::cli
