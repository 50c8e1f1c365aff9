#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "auth/x509/load.h"
#include "cli/admin_answer.h"
#include "cli/admin_trust_command.h"
#include "cli/agent_client.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/server_client.h"

namespace shomei::cli {
namespace {

/// Values that the commands below take; each command declares those it wants.
struct Values {
  std::string id;
  std::string file;
  std::string use;
  std::string fingerprint;
  std::string name;
  std::string type;
  std::string reason;
  std::vector<std::string> facilities;
  std::vector<std::string> roles;
  std::string after;
  std::string limit;
  bool again = false;
  std::string url;
  std::string days;
};

struct Request {
  std::string method;
  std::string path;
  Json body = Json();
};
using Build = Result<Request> (*)(const Values&);
/// What the answer means.
using Judge = ExitStatus (*)(const Json&);

ExitStatus done(const Json& /*answer*/) {
  return ExitStatus::kDone;
}

Result<std::string> certificate_base64(const std::string& file) {
  SHOMEI_TRY(const auto certificate, auth::load_certificate(file));
  return to_base64(certificate.der());
}

Result<Request> add_ca(const Values& values) {
  SHOMEI_TRY(const auto certificate, certificate_base64(values.file));
  return Request{"POST", "/cas", {{"use", values.use}, {"certificate", certificate}, {"sha256", values.fingerprint}}};
}

Result<Request> import_crl(const Values& values) {
  SHOMEI_TRY(const auto crl, auth::load_crl(values.file));
  return Request{"POST", "/crls", {{"crl", to_base64(crl.der())}, {"again", values.again}}};
}

Result<Request> add_facility(const Values& values) {
  return Request{"POST", "/facilities", {{"code", values.id}, {"name", values.name}, {"type", values.type}}};
}

Result<Request> add_person(const Values& values) {
  Json body{{"name", values.name}, {"facilities", values.facilities}, {"roles", values.roles}};
  if (!values.id.empty()) {
    body["id"] = values.id;
  }
  return Request{"POST", "/persons", std::move(body)};
}

std::string person_path(const Values& values, std::string_view rest) {
  return "/persons/" + query_value(values.id) + std::string(rest);
}

Result<Request> link_card(const Values& values) {
  SHOMEI_TRY(const auto certificate, certificate_base64(values.file));
  return Request{"POST", person_path(values, "/cards"), {{"certificate", certificate}}};
}

Result<Request> audit(const Values& values) {
  std::string path = "/audit?limit=" + query_value(values.limit.empty() ? "100" : values.limit);
  return Request{"GET", path + (values.after.empty() ? "" : "&after=" + query_value(values.after))};
}

Result<Request> fetch_crls(const Values& values) {
  return Request{"POST", "/crl-sources/fetch", values.url.empty() ? Json::object() : Json{{"url", values.url}}};
}

/// Negative when a source did not give what it should.
ExitStatus judge_fetch(const Json& answer) {
  const auto bad = [](const Json& source) {
    const std::string outcome = source.value("outcome", "");
    return outcome == "failed" || outcome == "refused" || outcome == "gap";
  };
  return std::ranges::any_of(answer.at("sources"), bad) ? ExitStatus::kNegative : ExitStatus::kDone;
}

Result<Request> expiring(const Values& values) {
  return Request{"GET", "/expiring?days=" + query_value(values.days.empty() ? "90" : values.days)};
}

/// Negative when somebody must act within a week.
ExitStatus judge_expiring(const Json& answer) {
  constexpr int kSoon = 7;
  const auto soon = [](const Json& one) { return one.value("days", 0) < kSoon; };
  const auto old = [](const Json& list) { return list.value("level", "") != "warn"; };
  return std::ranges::any_of(answer.at("certificates"), soon) || std::ranges::any_of(answer.at("crls"), old)
             ? ExitStatus::kNegative
             : ExitStatus::kDone;
}

/// Declares the admin commands, which all do the same: build a request, send it, print the answer.
class AdminCommands {
 public:
  AdminCommands(Command admin, std::shared_ptr<ServerOptions> options) : admin_(admin), options_(std::move(options)) {}

  std::pair<Command, std::shared_ptr<Values>> add(const Command& group, std::string_view name, std::string_view help,
                                                  std::string_view example, Build build, Judge judge = done) const {
    const auto values = std::make_shared<Values>();
    const auto options = options_;
    const Command command = group.add(name, help, {example}, [=](const Context& context) -> Result<ExitStatus> {
      SHOMEI_TRY(const auto request, build(*values));
      SHOMEI_TRY(auto client, ServerClient::connect(*options, context));
      SHOMEI_TRY(const auto answer, client.call(request.method, request.path, request.body));
      print_answer(answer, context);
      return judge(answer);
    });
    return {command, values};
  }
  Command group(std::string_view name, std::string_view help) const { return admin_.group(name, help); }

 private:
  Command admin_;
  std::shared_ptr<ServerOptions> options_;
};

void declare_supply(const AdminCommands& admin, const Command& crl) {
  admin.add(crl, "sources", "Show where revocation lists are fetched, and what came of it", "shomei admin crl sources",
            [](const Values&) -> Result<Request> { return Request{"GET", "/crl-sources"}; });
  const auto [fetch, values] =
      admin.add(crl, "fetch", "Fetch revocation lists now, from one source or from all; exit status 1 if one fails",
                "shomei admin crl fetch http://crl.example/repository/crl-auth2.crl", fetch_crls, judge_fetch);
  fetch.optional_operand("URL", values->url, "The source; without it all of them");
}

TrustGroups declare_trust(const AdminCommands& admin) {
  const Command ca = admin.group("ca", "Trusted CAs");
  admin.add(ca, "list", "Show the CAs that the server trusts, and for which use",
            "shomei admin ca list --local /run/shomei/server.sock",
            [](const Values&) -> Result<Request> { return Request{"GET", "/cas"}; });
  const auto [add, values] = admin.add(
      ca, "add", "Trust a CA for one use; root and issuing CA one by one",
      "shomei admin ca add root.cer --use authentication --fingerprint 6E:D2:… --local /run/shomei/server.sock",
      add_ca);
  add.operand("CERT", values->file, "CA certificate, DER or PEM");
  add.required_choice("--use", values->use, {"authentication", "signature", "staff", "timestamp", "tls"},
                      "What it issues for");
  add.required("--fingerprint", values->fingerprint, "HEX",
               "SHA-256 of the certificate, got by another way than the file");
  const Command crl = admin.group("crl", "Revocation lists");
  admin.add(crl, "list", "Show the revocation lists in force", "shomei admin crl list",
            [](const Values&) -> Result<Request> { return Request{"GET", "/crls"}; });
  const auto [import, crl_values] =
      admin.add(crl, "import", "Publish a new revocation list", "shomei admin crl import auth_ca.crl", import_crl);
  import.operand("FILE", crl_values->file, "Revocation list, DER or PEM");
  import.flag("--again", crl_values->again, "Also one that a roll back set aside");
  declare_supply(admin, crl);
  return {.ca = ca, .crl = crl};
}

void declare_facilities(const AdminCommands& admin) {
  const Command facility = admin.group("facility", "Institutions of the network");
  admin.add(facility, "list", "Show the institutions", "shomei admin facility list",
            [](const Values&) -> Result<Request> { return Request{"GET", "/facilities"}; });
  const auto [add, values] =
      admin.add(facility, "add", "Register an institution",
                "shomei admin facility add --code 4310123456 --name 東診療所 --type clinic", add_facility);
  add.required("--code", values->id, "CODE", "Code of the institution");
  add.required("--name", values->name, "TEXT", "Its name");
  add.required_choice(
      "--type", values->type,
      {"hospital", "clinic", "dental", "pharmacy", "care", "visiting-nurse", "community-support", "other"},
      "What it is");
}

void declare_people(const AdminCommands& admin, const Command& person) {
  admin.add(person, "list", "Show the people", "shomei admin person list",
            [](const Values&) -> Result<Request> { return Request{"GET", "/persons"}; });
  const auto [show, show_values] =
      admin.add(person, "show", "Show one person", "shomei admin person show sato",
                [](const Values& v) -> Result<Request> { return Request{"GET", person_path(v, "")}; });
  show.operand("ID", show_values->id, "The person");
  const auto [add_one, person_values] =
      admin.add(person, "add", "Register a person",
                "shomei admin person add --id sato --name '佐藤 花子' --facility 4310123456", add_person);
  add_one.option("--id", person_values->id, "ID", "Short name for these commands (otherwise made up)");
  add_one.required("--name", person_values->name, "TEXT", "Name");
  add_one.repeated("--facility", person_values->facilities, "CODE", "Institution where the person works");
  add_one.repeated("--role", person_values->roles, "ROLE", "administrator");
}

void declare_person_changes(const AdminCommands& admin, const Command& person) {
  const auto [card, card_values] =
      admin.add(person, "link", "Link a card to a person, by its authentication certificate",
                "shomei admin person link sato doctor.cer", link_card);
  card.operand("ID", card_values->id, "The person");
  card.operand("CERT", card_values->file, "Authentication certificate of the card");
  const auto [facility, facility_values] =
      admin.add(person, "facility", "Register a person at one more institution",
                "shomei admin person facility sato 4310123456", [](const Values& v) -> Result<Request> {
                  return Request{"POST", person_path(v, "/facilities"), {{"facility", v.name}}};
                });
  facility.operand("ID", facility_values->id, "The person");
  facility.operand("CODE", facility_values->name, "The institution");
  const auto [role, role_values] = admin.add(
      person, "role", "Give a person a role", "shomei admin person role sato administrator",
      [](const Values& v) -> Result<Request> { return Request{"POST", person_path(v, "/roles"), {{"role", v.name}}}; });
  role.operand("ID", role_values->id, "The person");
  role.operand("ROLE", role_values->name, "administrator");
  const auto [hold, hold_values] =
      admin.add(person, "hold", "Refuse this person's logins from now on, and end sessions",
                "shomei admin person hold sato --reason 'card lost'", [](const Values& v) -> Result<Request> {
                  return Request{"POST", person_path(v, "/hold"), {{"reason", v.reason}}};
                });
  hold.operand("ID", hold_values->id, "The person");
  hold.required("--reason", hold_values->reason, "TEXT", "Why; recorded");
  const auto [release, release_values] =
      admin.add(person, "release", "Let this person log in again", "shomei admin person release sato",
                [](const Values& v) -> Result<Request> { return Request{"DELETE", person_path(v, "/hold")}; });
  release.operand("ID", release_values->id, "The person");
}

void declare_watch(const AdminCommands& admin, const Command& top) {
  const auto [soon, soon_values] =
      admin.add(top, "expiring",
                "Show certificates that expire soon, and revocation lists that grow old; exit status 1 if one has less"
                " than a week, or a list has come to alarm",
                "shomei admin expiring --days 30", expiring, judge_expiring);
  soon.option("--days", soon_values->days, "N", "Within so many days (otherwise: 90)");
  admin.add(top, "notices", "Show what administrators were told: expiry, stale lists, sources that fail",
            "shomei admin notices", [](const Values&) -> Result<Request> { return Request{"GET", "/notices"}; });
  const Command session = admin.group("session", "Sessions");
  admin.add(session, "list", "Show the living sessions", "shomei admin session list",
            [](const Values&) -> Result<Request> { return Request{"GET", "/sessions"}; });
  const auto [end, values] =
      admin.add(session, "end", "End a session", "shomei admin session end SESSION",
                [](const Values& v) -> Result<Request> { return Request{"DELETE", "/sessions/" + query_value(v.id)}; });
  end.operand("ID", values->id, "The session");
  const Command audit_group = admin.group("audit", "Audit log");
  const auto [list, list_values] =
      admin.add(audit_group, "list", "Show audit records", "shomei admin audit list --after 100", audit);
  list.option("--after", list_values->after, "SEQ", "Only records behind this one");
  list.option("--limit", list_values->limit, "N", "At most so many (otherwise: 100)");
}

}  // namespace

void add_admin_commands(const Command& top) {
  const Command group =
      top.group("admin", "Administer the network: CAs, revocation lists, institutions, people, sessions, audit log");
  group.share_options();
  const auto options = std::make_shared<ServerOptions>();
  group.option("--server", options->login.server, "URL",
               "The network's server; asks for your card unless you are logged in");
  group.option("--local,--socket", options->local, "SOCKET",
               "On the server's own machine: its administration socket, no login");
  group.option("--facility", options->login.facility, "CODE", "For the login: your institution");
  group.repeated("--tls-ca", options->login.tls_ca, "FILE", "CA that may stand behind the server's TLS certificate");
  group.option("--token-file", options->token_file, "FILE", "Access token of a login made before");
  options->login.key.declare(group);
  const AdminCommands admin(group, options);
  const TrustGroups trust = declare_trust(admin);
  declare_facilities(admin);
  add_admin_trust_commands(group, trust, options);
  const Command person = admin.group("person", "People of the network");
  declare_people(admin, person);
  declare_person_changes(admin, person);
  declare_watch(admin, group);
}

}  // namespace shomei::cli
