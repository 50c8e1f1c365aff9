#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/agent_client.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "cli/report_text.h"
#include "cli/server_client.h"

namespace shomei::cli {
namespace {

/// What a server takes at most is its own matter; this bounds our memory.
constexpr std::size_t kLargest = 64U << 20;

struct Values {
  std::string file;
  std::vector<std::string> detached;
  std::string level;
  std::string state;
  std::string id;
  std::string out;
  bool keep = false;
  bool force = false;
};

std::string text_at(const Json& object, const char* name) {
  return text_member_or(object, name, "").value_or("");
}

std::string shown_time(const Json& object, const char* name, Language language) {
  const auto time = parse_rfc3339(text_at(object, name));
  return time ? time_text(*time, language) : "";
}

/// "B, T, LT pending until 2026-04-05T00:00:00Z", in the words of `sign`.
std::string level_text(const Json& item, Language language) {
  const bool ja = language == Language::kJa;
  const Json pending = item.value("pending", Json::array());
  std::string text = text_at(item, "level");
  for (const Json& level : pending) {
    text += (ja ? "、" : ", ") + (level.is_string() ? printable(level.get<std::string>()) : "?");
  }
  const std::string until = shown_time(item, "pending_until", language);
  if (pending.empty()) {
    return text;
  }
  text += ja ? " は保留中" : " pending";
  return until.empty() ? text : text + (ja ? "（" + until + " 以降に再試行）" : " until " + until);
}

Text state_text(std::string_view state) {
  return state == "finished"  ? Text{"finished", "完了"}
         : state == "refused" ? Text{"refused", "拒否"}
                              : Text{"pending", "待機中"};
}

void print_item(const Json& item, const Context& context) {
  const Language language = context.language;
  print_text(line({"Signature", "署名"}, text_at(item, "id"), language) +
             line({"File", "ファイル"}, printable(text_at(item, "name")), language) +
             line({"Facility", "医療機関"}, printable(text_at(item, "facility")), language) +
             line({"State", "状態"}, state_text(text_at(item, "state")).in(language), language) +
             line({"Level", "レベル"}, level_text(item, language), language) +
             line({"Wanted", "目標"}, text_at(item, "wanted"), language));
  for (const Json& reason : item.value("reasons", Json::array())) {
    print_text(line({"Why", "理由"}, printable(text_at(reason, "text")), language));
  }
  print_text(line({"Next try", "次の試行"}, shown_time(item, "next_try", language), language) +
             line({"Kept until", "保管期限"}, shown_time(item, "kept_until", language), language));
}

void tell(const Json& item, const Context& context) {
  if (context.json) {
    print_json(OrderedJson(item));
  } else {
    print_item(item, context);
  }
}

std::string path_of(const Values& values) {
  return "/" + query_value(values.id);
}

Result<Json> content_of(const std::string& file) {
  SHOMEI_TRY(const Bytes bytes, read_file(file, kLargest));
  return Json(to_base64(bytes));
}

Result<ExitStatus> submit(ServerClient& server, const Values& values, const Context& context) {
  Json body = {{"name", std::filesystem::path(values.file).filename().string()}, {"detached", Json::array()}};
  SHOMEI_TRY(body["signature"], content_of(values.file));
  for (const std::string& file : values.detached) {
    SHOMEI_TRY(Json content, content_of(file));
    body["detached"].push_back(
        {{"name", std::filesystem::path(file).filename().string()}, {"content", std::move(content)}});
  }
  if (!values.level.empty()) {
    body["level"] = values.level;
  }
  SHOMEI_TRY(const Json item, server.call("POST", "", body));
  tell(item, context);
  return ExitStatus::kDone;
}

Result<ExitStatus> list(ServerClient& server, const Values& values, const Context& context) {
  SHOMEI_TRY(const Json answer, server.call("GET", values.state.empty() ? "" : "?state=" + values.state));
  if (context.json) {
    print_json(OrderedJson(answer));
    return ExitStatus::kDone;
  }
  for (const Json& item : answer.value("signatures", Json::array())) {
    print_item(item, context);
    print("\n");
  }
  return ExitStatus::kDone;
}

Result<ExitStatus> status(ServerClient& server, const Values& values, const Context& context) {
  SHOMEI_TRY(const Json item, server.call("GET", path_of(values)));
  tell(item, context);
  const std::string state = text_at(item, "state");
  return state == "finished"  ? ExitStatus::kDone
         : state == "refused" ? ExitStatus::kNegative
                              : ExitStatus::kIndeterminate;
}

Result<ExitStatus> fetch(ServerClient& server, const Values& values, const Context& context) {
  SHOMEI_TRY(check_output(values.out, values.force));
  SHOMEI_TRY(Json item, server.call("GET", path_of(values) + "/file"));
  SHOMEI_TRY(const std::string text, text_member(item, "signature"));
  SHOMEI_TRY(const Bytes bytes, from_base64(text));
  SHOMEI_TRY(write_output(values.out, bytes, values.force));
  // Only what is complete and lies safely here is given up there.
  const bool gone = text_at(item, "state") == "finished" && !values.keep;
  if (gone) {
    SHOMEI_TRY(server.call("DELETE", path_of(values)));
  }
  item.erase("signature");
  item["out"] = values.out;
  item["removed"] = gone;
  tell(item, context);
  return ExitStatus::kDone;
}

Result<ExitStatus> remove(ServerClient& server, const Values& values, const Context& context) {
  SHOMEI_TRY(server.call("DELETE", path_of(values)));
  if (context.json) {
    print_json({{"removed", true}});
  } else {
    print("{}\n", context.language == Language::kJa ? "削除しました" : "removed");
  }
  return ExitStatus::kDone;
}

using Act = Result<ExitStatus> (*)(ServerClient&, const Values&, const Context&);

/// Adds commands that act on the server.
class Declarer {
 public:
  Declarer(const Command& group, std::shared_ptr<ServerOptions> options)
      : group_(group), options_(std::move(options)) {}

  std::pair<Command, std::shared_ptr<Values>> add(std::string_view name, std::string_view help,
                                                  std::initializer_list<std::string_view> examples, Act act) const {
    const auto values = std::make_shared<Values>();
    const Command command = group_.add(
        name, help, examples, [act, values, options = options_](const Context& context) -> Result<ExitStatus> {
          SHOMEI_TRY(auto server, ServerClient::connect(*options, context, "/v1/signatures"));
          return act(server, *values, context);
        });
    return {command, values};
  }

 private:
  const Command& group_;
  const std::shared_ptr<ServerOptions> options_;
};

void declare(const Declarer& declarer) {
  const auto [send, sent] =
      declarer.add("submit", "Leave a signature with the server, which brings it to a higher level as soon as it can",
                   {"shomei signature submit referral.json.p7s --detached referral.json --level LT",
                    "shomei signature submit referral.signed.xml --level LTA --server https://network.example"},
                   submit);
  send.operand("FILE", sent->file, "File with a signature");
  send.choice("--level", sent->level, {"T", "LT", "LTA"}, "Level wished for (otherwise: the server's choice)");
  send.repeated("--detached", sent->detached, "FILE", "What a detached signature was made over");
  const auto [all, listed] = declarer.add("list", "Show the signatures that your institution has at the server",
                                          {"shomei signature list --state finished"}, list);
  all.choice("--state", listed->state, {"pending", "finished", "refused"}, "Only those");
  const auto [one, shown] = declarer.add("status", "Show one of them; exit status 0 finished, 1 refused, 2 pending",
                                         {"shomei signature status 7d1c52a0e8f94b36a1b2c3d4e5f60718"}, status);
  one.operand("ID", shown->id, "The signature");
  const auto [get, got] =
      declarer.add("fetch", "Write one of them to a file; one that is finished leaves the server with it",
                   {"shomei signature fetch 7d1c52a0e8f94b36a1b2c3d4e5f60718 --out referral.lt.p7s"}, fetch);
  get.operand("ID", got->id, "The signature");
  get.required("--out", got->out, "F", "Where it goes");
  get.flag("--keep", got->keep, "Leave it at the server all the same");
  get.flag("--force", got->force, "Replace a file that is there already");
  const auto [drop, dropped] = declarer.add("remove", "Take one of them from the server, finished or not",
                                            {"shomei signature remove 7d1c52a0e8f94b36a1b2c3d4e5f60718"}, remove);
  drop.operand("ID", dropped->id, "The signature");
}

}  // namespace

void add_signature_commands(const Command& top) {
  const Command group = top.group("signature", "Signatures that the network's server brings to a higher level");
  group.share_options();
  const auto options = std::make_shared<ServerOptions>();
  group.option("--server", options->login.server, "URL",
               "The network's server; asks for your card unless you are logged in");
  group.option("--facility", options->login.facility, "CODE", "For the login: your institution");
  group.repeated("--tls-ca", options->login.tls_ca, "FILE", "CA that may stand behind the server's TLS certificate");
  group.option("--token-file", options->token_file, "FILE", "Access token of a login made before");
  options->login.key.declare(group);
  declare(Declarer(group, options));
}

}  // namespace shomei::cli
