#include "cli/rehearsal.h"

#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/agent_client.h"
#include "cli/output.h"

namespace shomei::cli {
namespace {

constexpr Text kRefused{"would be refused", "新たに拒否される"};
constexpr Text kAccepted{"would be let in", "新たに許可される"};
constexpr Text kStayIn{"stay accepted", "引き続き許可"};
constexpr Text kStayOut{"stay refused", "引き続き拒否"};
constexpr Text kUnreadable{"unreadable", "読み取れない"};
constexpr Text kLogins{"logins, last", "回ログイン、最終"};

std::string text_at(const Json& object, const char* name) {
  return printable(text_member_or(object, name, "").value_or(""));
}

/// Sends long questions until it has ended; each is answered at once when it ends.
Result<Json> wait_for_end(ServerClient& client, Json rehearsal) {
  SHOMEI_TRY(const std::string id, text_member(rehearsal, "id"));
  const bool shown = ::isatty(STDERR_FILENO) == 1;
  while (text_at(rehearsal, "state") == "running") {
    if (shown) {
      fmt::print(stderr, "\r{} / {} ", rehearsal.value("done", 0), rehearsal.value("total", 0));
    }
    SHOMEI_TRY(rehearsal, client.call("GET", "/rehearsals/" + query_value(id) + "?wait=2"));
  }
  if (shown) {
    fmt::print(stderr, "\r\033[K");
  }
  return rehearsal;
}

void print_people(const Json& list, Text what, Language language) {
  for (const Json& one : list) {
    const std::string ja = text_at(one, "name_ja");
    print("{}: {} ({}), {} {} {}\n", what.in(language), ja.empty() ? text_at(one, "name") : ja,
          text_at(one, "person").empty() ? "-" : text_at(one, "person"), one.value("logins", 0), kLogins.in(language),
          text_at(one, "last_login"));
    for (const Json& finding : one.at("findings")) {
      print("  {}: {}\n", text_at(finding, "check"), text_at(finding, "text"));
    }
  }
}

void print_report(const Json& report, Language language) {
  print_people(report.at("newly_refused"), kRefused, language);
  print_people(report.at("newly_accepted"), kAccepted, language);
  const auto count = [&](Text what, const char* name) { print("{}: {}\n", what.in(language), report.value(name, 0)); };
  count(kRefused, "newly_refused_count");
  count(kAccepted, "newly_accepted_count");
  count(kStayIn, "stay_accepted_count");
  count(kStayOut, "stay_refused_count");
  if (report.value("unreadable_count", 0) > 0) {
    count(kUnreadable, "unreadable_count");
  }
}

}  // namespace

Result<ExitStatus> rehearse(ServerClient& client, const Json& change, const Context& context) {
  SHOMEI_TRY(Json begun, client.call("POST", "/rehearsals", change));
  SHOMEI_TRY(const Json ended, wait_for_end(client, std::move(begun)));
  if (text_at(ended, "state") != "done") {
    return fail(Code::kInternal,
                ended.contains("error") ? text_at(ended.at("error"), "text") : text_at(ended, "state"));
  }
  const Json& report = ended.at("report");
  if (context.json) {
    print_json(OrderedJson(ended));
  } else {
    print_report(report, context.language);
  }
  return report.value("newly_refused_count", 0) > 0 ? ExitStatus::kNegative : ExitStatus::kDone;
}

}  // namespace shomei::cli
