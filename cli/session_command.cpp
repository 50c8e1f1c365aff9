#include <nlohmann/json.hpp>

#include "cli/agent_client.h"
#include "cli/commands.h"
#include "cli/login.h"
#include "cli/output.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

struct EmergencyOptions {
  LoginOptions login;
  std::string emergency;
  std::string reason;
};

std::string text_at(const Json& object, const char* name) {
  return text_member_or(object, name, "").value_or("");
}

std::string who_text(const Json& claims, Language language) {
  std::vector<std::string> roles;
  for (const Json& role : claims.value("hc_roles", Json::array())) {
    roles.push_back(role.is_string() ? role.get<std::string>() : "");
  }
  const std::string facility = text_at(claims, "facility") + " " + text_at(claims, "facility_type");
  return line({"Name", "氏名"}, text_at(claims, "name_ja") + " " + text_at(claims, "name"), language) +
         line({"Roles", "資格"}, roles_text(roles, language), language) +
         line({"Facility", "医療機関"}, facility == " " ? "" : facility, language) +
         line({"Server", "サーバー"}, text_at(claims, "iss"), language) +
         line({"Purpose of use", "利用目的"}, text_at(claims, "purpose_of_use"), language);
}

OrderedJson login_json(const Json& answer) {
  OrderedJson json;
  for (const char* name : {"access_token", "id_token", "expires_in", "session_id", "claims"}) {
    json[name] = answer.value(name, Json());
  }
  return json;
}

Result<ExitStatus> login(const EmergencyOptions& given, const Context& context) {
  LoginOptions options = given.login;
  if (given.emergency.empty() != given.reason.empty()) {
    return fail(Code::kUsage, "--emergency and --reason belong together");
  }
  if (!given.emergency.empty()) {
    options.purpose_of_use = "emergency";
    options.reason = given.emergency + ": " + given.reason;
  }
  SHOMEI_TRY(const auto login, log_in(options, context));
  if (!login.kept_alive) {
    const Text text{
        "nobody renews this session: it ends with its lease; log in through the agent to keep it",
        "このセッションは更新されず、期限が来ると終わります。続けて使うにはエージェント経由でログインしてください"};
    warn(text.in(context.language));
  }
  if (context.json) {
    print_json(login_json(login.answer));
    return ExitStatus::kDone;
  }
  print_text(who_text(login.answer.value("claims", Json::object()), context.language));
  print_text(line({"Session", "セッション"}, text_at(login.answer, "session_id"), context.language));
  if (!login.kept_alive) {
    print_text(line({"Access token", "アクセストークン"}, text_at(login.answer, "access_token"), context.language));
    print_text(line({"ID token", "ID トークン"}, text_at(login.answer, "id_token"), context.language));
  }
  return ExitStatus::kDone;
}

Result<ExitStatus> logout(const Context& context) {
  SHOMEI_TRY(const auto agent, AgentClient::connect(context));
  SHOMEI_TRY(agent->call("DELETE", "/v1/session", Json()));
  if (context.json) {
    print_json({{"ended", true}});
  } else {
    print("{}\n", context.language == Language::kJa ? "ログアウトしました" : "logged out");
  }
  return ExitStatus::kDone;
}

Result<ExitStatus> whoami(const Context& context) {
  SHOMEI_TRY(const auto agent, AgentClient::connect(context));
  SHOMEI_TRY(auto session, agent->call("GET", "/v1/session", Json()));
  session.erase("access_token");  // who one is, not the key to it
  if (context.json) {
    print_json(session);
    return ExitStatus::kDone;
  }
  print_text(who_text(session.value("claims", Json::object()), context.language));
  print_text(line({"Session", "セッション"}, text_at(session, "session_id"), context.language));
  print_text(line({"Since", "開始"}, text_at(session, "started_at"), context.language));
  return ExitStatus::kDone;
}

}  // namespace

void add_session_commands(const Command& top) {
  const auto options = std::make_shared<EmergencyOptions>();
  const Command command =
      top.add("login", "Log in at a network with the card's authentication key",
              {"shomei login --server https://network.example --facility 4310123456",
               "shomei login --server https://network.example --direct --tls-ca tls_ca.cer --pin-fd 3 --json 3< pin"},
              [options](const Context& context) { return login(*options, context); });
  command.required("--server", options->login.server, "URL", "The network's server");
  command.option("--facility", options->login.facility, "CODE", "The institution for which you log in");
  command.option("--emergency", options->emergency, "CODE", "Emergency access, with its code");
  command.option("--reason", options->reason, "TEXT", "Why there is an emergency; recorded");
  command.repeated("--tls-ca", options->login.tls_ca, "FILE",
                   "With --direct: CA that may stand behind the server's TLS certificate");
  options->login.key.declare(command);
  top.add("logout", "End the session that the agent keeps", {"shomei logout"}, logout);
  top.add("whoami", "Who is logged in, in which role, at which institution", {"shomei whoami --json"}, whoami);
}

}  // namespace shomei::cli
