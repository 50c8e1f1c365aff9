#include "cli/admin_trust_command.h"

#include <nlohmann/json.hpp>

#include "auth/x509/load.h"
#include "base/file.h"
#include "cli/admin_answer.h"
#include "cli/agent_client.h"
#include "cli/output.h"
#include "cli/rehearsal.h"

namespace shomei::cli {
namespace {

constexpr std::size_t kMaxPolicy = 256U << 10;

struct Values {
  std::string id;
  std::string file;
  std::string use;
  std::string sha256;
  std::string issuer;
  std::string serial;
  std::string person;
  std::string reason;
  std::string only;
  std::optional<int> to;
  bool again = false;
  bool remove = false;
  bool reset = false;
};

struct Request {
  std::string method;
  std::string path;
  Json body = Json();
};
using Build = Result<Request> (*)(const Values&);

Json roll_back(const Values& values) {
  Json body = Json::object();
  if (values.to) {
    body["to"] = *values.to;
  }
  if (!values.only.empty()) {
    body["only"] = values.only;
  }
  return body;
}

Result<Json> policy_text(const Values& values) {
  if (values.reset == !values.file.empty()) {
    return fail(Code::kUsage, "give a FILE, or --reset for the policy of the server's configuration");
  }
  if (values.reset) {
    return Json{{"text", ""}};
  }
  SHOMEI_TRY(const Bytes text, read_file(values.file, kMaxPolicy));
  return Json{{"text", as_text(text)}};
}

Result<Json> hold_target(const Values& values) {
  if (values.serial.empty() != values.issuer.empty()) {
    return fail(Code::kUsage, "--serial and --issuer name a certificate together");
  }
  Json body = Json::object();
  if (!values.file.empty()) {
    SHOMEI_TRY(const auto certificate, auth::load_certificate(values.file));
    body["certificate"] = to_base64(certificate.der());
  }
  for (const auto& [name, value] :
       {std::pair("issuer", &values.issuer), {"serial", &values.serial}, {"person", &values.person}}) {
    if (!value->empty()) {
      body[name] = *value;
    }
  }
  return body;
}

/// What `admin … rehearse` tries.
Result<Json> rehearsed_ca(const Values& values) {
  SHOMEI_TRY(const auto certificate, auth::load_certificate(values.file));
  const std::string& sha256 = certificate.facts().sha256;
  return values.remove ? Json{{"kind", "ca.remove"}, {"use", values.use}, {"sha256", sha256}}
                       : Json{{"kind", "ca.add"},
                              {"use", values.use},
                              {"certificate", to_base64(certificate.der())},
                              {"sha256", sha256}};
}
Result<Json> rehearsed_crl(const Values& values) {
  SHOMEI_TRY(const auto crl, auth::load_crl(values.file));
  return Json{{"kind", "crl.import"}, {"crl", to_base64(crl.der())}, {"again", values.again}};
}
Result<Json> rehearsed_policy(const Values& values) {
  SHOMEI_TRY(Json body, policy_text(values));
  body["kind"] = "policy.set";
  return body;
}
Result<Json> rehearsed_roll_back(const Values& values) {
  Json body = roll_back(values);
  body["kind"] = "trust.rollback";
  return body;
}

/// Declares commands that ask and print, or rehearse.
class Declarer {
 public:
  explicit Declarer(std::shared_ptr<ServerOptions> options) : options_(std::move(options)) {}

  std::pair<Command, std::shared_ptr<Values>> add(const Command& group, std::string_view name, std::string_view help,
                                                  std::string_view example, Build build) const {
    const auto values = std::make_shared<Values>();
    return {group.add(name, help, {example},
                      [=, options = options_](const Context& context) -> Result<ExitStatus> {
                        SHOMEI_TRY(const auto request, build(*values));
                        SHOMEI_TRY(auto client, ServerClient::connect(*options, context));
                        SHOMEI_TRY(const auto answer, client.call(request.method, request.path, request.body));
                        print_answer(answer, context);
                        return ExitStatus::kDone;
                      }),
            values};
  }
  std::pair<Command, std::shared_ptr<Values>> add_rehearsal(const Command& group, std::string_view example,
                                                            Result<Json> (*build)(const Values&)) const {
    const auto values = std::make_shared<Values>();
    return {group.add("rehearse",
                      "Say who of the last 30 days' logins would be refused or let in after the change; change nothing."
                      " Exit status 1 if somebody would be refused",
                      {example},
                      [=, options = options_](const Context& context) -> Result<ExitStatus> {
                        SHOMEI_TRY(const Json change, build(*values));
                        SHOMEI_TRY(auto client, ServerClient::connect(*options, context));
                        return rehearse(client, change, context);
                      }),
            values};
  }

 private:
  std::shared_ptr<ServerOptions> options_;
};

const std::vector<std::string> kUses{"authentication", "signature", "staff", "timestamp", "tls"};

void declare_cas(const Declarer& declare, const Command& ca) {
  const auto [remove, values] =
      declare.add(ca, "remove", "Trust a CA no longer for a use; sessions of its cards end",
                  "shomei admin ca remove 6E:D2:… --use authentication", [](const Values& v) -> Result<Request> {
                    return Request{"DELETE", "/cas/" + query_value(v.use) + "/" + query_value(v.sha256)};
                  });
  remove.operand("FINGERPRINT", values->sha256, "SHA-256 of the certificate, as `ca list` shows it");
  remove.required_choice("--use", values->use, kUses, "What it issues for");
  const auto [rehearse, tried] =
      declare.add_rehearsal(ca, "shomei admin ca rehearse new_root.cer --use authentication", rehearsed_ca);
  rehearse.operand("CERT", tried->file, "CA certificate, DER or PEM");
  rehearse.required_choice("--use", tried->use, kUses, "What it issues for");
  rehearse.flag("--remove", tried->remove, "Try its removal, not its addition");
}

void declare_policy(const Declarer& declare, const Command& admin, const Command& crl) {
  const auto [rehearse_crl, list] = declare.add_rehearsal(crl, "shomei admin crl rehearse auth_ca.crl", rehearsed_crl);
  rehearse_crl.operand("FILE", list->file, "Revocation list, DER or PEM");
  rehearse_crl.flag("--again", list->again, "Also one that a roll back set aside");
  const Command policy = admin.group("policy", "Rules of certificates: policies, key usages, test cards, roles");
  declare.add(policy, "show", "Show the policy in force", "shomei admin policy show",
              [](const Values&) -> Result<Request> { return Request{"GET", "/policy"}; });
  const auto [set, values] =
      declare.add(policy, "set", "Put a policy in force, in place of [profile] of the server's configuration",
                  "shomei admin policy set policy.toml", [](const Values& v) -> Result<Request> {
                    SHOMEI_TRY(Json body, policy_text(v));
                    return Request{"PUT", "/policy", std::move(body)};
                  });
  const auto [rehearse, tried] =
      declare.add_rehearsal(policy, "shomei admin policy rehearse policy.toml", rehearsed_policy);
  for (const auto& [command, target] : {std::pair(set, values), std::pair(rehearse, tried)}) {
    command.optional_operand("FILE", target->file, "TOML as in [profile] of the configuration");
    command.flag("--reset", target->reset, "Back to the configuration's");
  }
}

void declare_trust(const Declarer& declare, const Command& admin) {
  const Command trust = admin.group("trust", "Generations of what is trusted");
  declare.add(trust, "history", "Show the generations, the newest first", "shomei admin trust history",
              [](const Values&) -> Result<Request> { return Request{"GET", "/trust"}; });
  const auto [back, values] = declare.add(
      trust, "rollback", "Put what an earlier generation said in force again; lists taken since are set aside",
      "shomei admin trust rollback --to 12",
      [](const Values& v) -> Result<Request> { return Request{"POST", "/trust/rollback", roll_back(v)}; });
  back.option("--to", values->to, "N", "The generation (otherwise: the one before the present)");
  const auto [rehearse, tried] =
      declare.add_rehearsal(trust, "shomei admin trust rehearse --back-to 12", rehearsed_roll_back);
  rehearse.option("--back-to", tried->to, "N", "The generation (otherwise: the one before the present)");
  for (const auto& [command, target] : {std::pair(back, values), std::pair(rehearse, tried)}) {
    command.choice("--only", target->only, {"cas", "crls", "policy"}, "That part only");
  }
}

void declare_cards(const Declarer& declare, const Command& admin) {
  const Command card = admin.group("card", "Cards on hold: refused at once, days before a revocation list says so");
  declare.add(card, "holds", "Show what is on hold", "shomei admin card holds",
              [](const Values&) -> Result<Request> { return Request{"GET", "/holds"}; });
  const auto [hold, held] =
      declare.add(card, "hold", "Refuse a card, or all cards of a person, and end their sessions",
                  "shomei admin card hold --certificate doctor.cer --reason 'lost at the station'",
                  [](const Values& v) -> Result<Request> {
                    SHOMEI_TRY(Json body, hold_target(v));
                    if (!v.reason.empty()) {
                      body["reason"] = v.reason;
                    }
                    return Request{"POST", "/holds", std::move(body)};
                  });
  hold.option("--reason", held->reason, "TEXT", "Why; recorded, not published");
  const auto [release, released] =
      declare.add(card, "release", "Accept the card or person again", "shomei admin card release --person sato",
                  [](const Values& v) -> Result<Request> {
                    SHOMEI_TRY(Json body, hold_target(v));
                    return Request{"DELETE", "/holds", std::move(body)};
                  });
  for (const auto& [command, target] : {std::pair(hold, held), std::pair(release, released)}) {
    command.option("--certificate", target->file, "FILE", "The card's authentication certificate");
    command.option("--issuer", target->issuer, "DN", "With --serial: the certificate's issuer, as `ca list` shows it");
    command.option("--serial", target->serial, "HEX", "The certificate's serial number");
    command.option("--person", target->person, "ID", "A person, with all cards");
  }
}

void declare_approvals(const Declarer& declare, const Command& admin) {
  const Command approval = admin.group("approval", "Changes that wait for a second administrator");
  declare.add(approval, "list", "Show proposals", "shomei admin approval list",
              [](const Values&) -> Result<Request> { return Request{"GET", "/approvals"}; });
  const auto one = [&](std::string_view name, std::string_view help, std::string_view example, Build build) {
    const auto [command, values] = declare.add(approval, name, help, example, build);
    command.operand("ID", values->id, "The proposal");
    return std::pair(command, values);
  };
  one("show", "Show a proposal with all that it would change", "shomei admin approval show 5f2c77d0a1b3",
      [](const Values& v) -> Result<Request> { return Request{"GET", "/approvals/" + query_value(v.id)}; });
  one("approve", "Carry out what somebody else proposed", "shomei admin approval approve 5f2c77d0a1b3",
      [](const Values& v) -> Result<Request> {
        return Request{"POST", "/approvals/" + query_value(v.id) + "/approve"};
      });
  const auto [reject, values] =
      one("reject", "Turn a proposal down, also one's own", "shomei admin approval reject 5f2c77d0a1b3 --reason wrong",
          [](const Values& v) -> Result<Request> {
            return Request{"POST", "/approvals/" + query_value(v.id) + "/reject", {{"reason", v.reason}}};
          });
  reject.option("--reason", values->reason, "TEXT", "Why; recorded");
}

}  // namespace

void add_admin_trust_commands(const Command& admin, const TrustGroups& groups,
                              const std::shared_ptr<ServerOptions>& options) {
  const Declarer declare(options);
  declare_cas(declare, groups.ca);
  declare_policy(declare, admin, groups.crl);
  declare_trust(declare, admin);
  declare_cards(declare, admin);
  declare_approvals(declare, admin);
}

}  // namespace shomei::cli
