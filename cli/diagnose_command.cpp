#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cards/readers.h"
#include "cli/agent_client.h"
#include "cli/card_rows.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace shomei::cli {
namespace {

struct DiagnoseOptions {
  KeyOptions key;
  std::string server;
  std::vector<std::string> tls_ca;
};

/// One answer: good with a text, or the Error that this would be elsewhere.
struct CheckResult {
  std::string check;
  std::optional<Error> error;
  std::string text;
};

std::string text_at(const Json& object, const char* name) {
  return text_member_or(object, name, "").value_or("");
}

CheckResult result_of(std::string check, const Result<std::string>& result) {
  return result ? CheckResult{std::move(check), {}, *result} : CheckResult{std::move(check), result.error(), {}};
}

Result<std::string> check_service() {
  SHOMEI_TRY(const auto readers, cards::Readers::open());
  SHOMEI_TRY(const auto states, readers.states());
  return fmt::format("pcscd answers, {} readers", states.size());
}

Result<std::string> check_agent(const Context& context) {
  SHOMEI_TRY(const auto agent, AgentClient::connect(context));
  SHOMEI_TRY(agent->call("GET", "/v1/cards", Json()));
  return AgentClient::socket_path();
}

Result<std::string> check_session(const Context& context) {
  SHOMEI_TRY(const auto agent, AgentClient::connect(context));
  const auto session = agent->call("GET", "/v1/session", Json());
  if (!session && session.error().code == Code::kSessionUnknown) {
    return "nobody is logged in";
  }
  SHOMEI_TRY(session);
  return text_at(*session, "server");
}

Result<std::string> check_card(const Json& row) {
  if (text_at(row, "state") == "mute") {
    return fail(Code::kCardNoProgress, text_at(row, "reader"));
  }
  if (text_at(row, "state") == "busy") {
    return fail(Code::kCardBusy, text_at(row, "reader"));
  }
  if (row.value("details", Json::object()).empty()) {
    return fail(Code::kCardUnknown, text_at(row, "reader"));
  }
  return fmt::format("{}: {}", text_at(row, "reader"), text_at(row, "family"));
}

Result<std::string> check_pin(const Json& details) {
  const Json pin = details.value("pin", Json::object());
  if (text_at(pin, "state") == "locked") {
    return fail(Code::kPinLocked);
  }
  if (pin.value("tries_left", Json()) == 1) {
    return fail(Code::kPinLastTry);
  }
  return fmt::format("{} tries left", pin.value("tries_left", Json()).dump());
}

Result<std::string> check_validity(const Json& details, const Context& context) {
  SHOMEI_TRY(const auto end, parse_rfc3339(text_at(details, "not_after")));
  if (end < context.clock->now()) {
    return fail(Code::kKeyUnsuitable, "expired " + to_rfc3339(end));
  }
  return "until " + to_rfc3339(end);
}

/// A clock before the day this version was made judges every certificate wrongly.
Result<std::string> check_clock(const Context& context) {
  constexpr Time kBuilt = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
  if (context.clock->now() < kBuilt) {
    return fail(Code::kConfigInvalid, "this computer's clock says " + to_rfc3339(context.clock->now()));
  }
  return to_rfc3339(context.clock->now());
}

Result<std::string> check_pinentry() {
  constexpr const char* kPinentry = "/usr/bin/pinentry";
  if (::access(kPinentry, X_OK) != 0) {
    return fail(Code::kPinNoDialog, kPinentry);
  }
  return kPinentry;
}

Result<std::string> check_server(const DiagnoseOptions& options, const Context& context) {
  SHOMEI_TRY(const auto base, server_base(options.server));
  SHOMEI_TRY(const auto client, https_client(options.tls_ca));
  SHOMEI_TRY(const auto discovery,
             call(*client, {"GET", base + "/.well-known/openid-configuration", Json(), {}, context.language}));
  return text_member(discovery, "issuer");
}

void check_cards(std::vector<CheckResult>& results, const DiagnoseOptions& options, const Context& context) {
  const auto rows = card_rows(options.key, context);
  if (!rows) {
    results.push_back({"card", rows.error(), {}});
    return;
  }
  if (rows->empty()) {
    results.push_back({"card", make_error(Code::kCardNoReader), {}});
  }
  const auto is_empty = [](const Json& row) { return text_at(row, "state") == "empty"; };
  if (!rows->empty() && std::ranges::all_of(*rows, is_empty)) {
    results.push_back({"card", make_error(Code::kCardNotPresent), {}});
  }
  for (const Json& row : *rows) {
    if (is_empty(row)) {
      continue;  // one reader with a card is enough
    }
    results.push_back(result_of("card", check_card(row)));
    const Json all_details = row.value("details", Json::object());
    for (const auto& [use, details] : all_details.items()) {
      results.push_back(result_of("pin." + use, check_pin(details)));
      results.push_back(result_of("certificate." + use, check_validity(details, context)));
    }
  }
}

std::vector<CheckResult> all_checks(const DiagnoseOptions& options, const Context& context) {
  std::vector<CheckResult> results{result_of("clock", check_clock(context)), result_of("pcscd", check_service())};
  check_cards(results, options, context);
  results.push_back(result_of("agent", check_agent(context)));
  if (!results.back().error) {
    results.push_back(result_of("session", check_session(context)));
  }
  results.push_back(result_of("pinentry", check_pinentry()));
  if (!options.server.empty()) {
    results.push_back(result_of("server", check_server(options, context)));
  }
  return results;
}

OrderedJson to_json(const CheckResult& result, Language language) {
  const CodeInfo* row = result.error ? &info(result.error->code) : nullptr;
  return {{"check", result.check},
          {"ok", row == nullptr},
          {"id", row == nullptr ? OrderedJson() : OrderedJson(row->id)},
          {"text", row == nullptr ? result.text : message(*result.error, language)},
          {"hint", row == nullptr ? OrderedJson() : OrderedJson(row->hint.in(language))}};
}

Result<ExitStatus> diagnose(const DiagnoseOptions& options, const Context& context) {
  OrderedJson all = OrderedJson::array();
  bool good = true;
  for (const CheckResult& result : all_checks(options, context)) {
    good = good && !result.error;
    all.push_back(to_json(result, context.language));
    if (!context.json && !result.error) {
      print("ok    {}: {}\n", result.check, printable(result.text));
    } else if (!context.json) {
      const CodeInfo& row = info(result.error->code);
      print("FAIL  {}: [{}] {}\n      {}\n", result.check, row.id, printable(message(*result.error, context.language)),
            row.hint.in(context.language));
    }
  }
  if (context.json) {
    print_json(all);
  }
  return good ? ExitStatus::kDone : ExitStatus::kNegative;
}

}  // namespace

void add_diagnose_command(const Command& top) {
  const auto options = std::make_shared<DiagnoseOptions>();
  const Command command =
      top.add("diagnose", "Check everything that a login and a signature need; spends no PIN try",
              {"shomei diagnose --lang ja", "shomei diagnose --server https://network.example --json"},
              [options](const Context& context) { return diagnose(*options, context); });
  command.option("--server", options->server, "URL", "Also ask this server");
  command.repeated("--tls-ca", options->tls_ca, "FILE", "CA that may stand behind its TLS certificate");
  command.flag("--direct", options->key.direct, "Look at the card without the agent");
}

}  // namespace shomei::cli
