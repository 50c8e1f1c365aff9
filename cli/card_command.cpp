#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/agent_client.h"
#include "cli/card_rows.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

struct CertificateOptions {
  KeyOptions key;
  std::string use;
  std::string out;
  bool force = false;
};

std::string text_at(const Json& object, const char* name) {
  return text_member_or(object, name, "").value_or("");
}

Json readers_named(const Json& rows, const std::string& wanted) {
  Json found = Json::array();
  for (const Json& row : rows) {
    if (wanted.empty() || text_at(row, "reader").find(wanted) != std::string::npos) {
      found.push_back(row);
    }
  }
  return found;
}

OrderedJson short_row(const Json& row) {
  return {{"reader", row.value("reader", Json())},
          {"state", row.value("state", Json())},
          {"family", row.value("family", Json())},
          {"uses", row.value("uses", Json::array())}};
}

std::string tries_text(const Json& pin, Language language) {
  const bool ja = language == Language::kJa;
  if (text_at(pin, "state") == "locked") {
    return ja ? "ロックされています" : "locked";
  }
  if (!pin.contains("tries_left") || !pin["tries_left"].is_number_unsigned()) {
    return ja ? "残り回数は不明" : "tries left: unknown";
  }
  const auto tries = pin["tries_left"].get<unsigned>();
  return ja ? fmt::format("残り {} 回", tries) : fmt::format("{} tries left", tries);
}

std::string use_text(const std::string& use, Language language) {
  return language == Language::kEn ? use : use == "signature" ? "署名用" : "認証用";
}

std::string details_text(const std::string& use, const Json& details, Language language) {
  std::vector<std::string> roles;
  for (const Json& role : details.value("hc_roles", Json::array())) {
    roles.push_back(role.is_string() ? role.get<std::string>() : "");
  }
  const auto end = parse_rfc3339(text_at(details, "not_after"));
  const std::string holder = text_at(details, "holder_ja") + " " + text_at(details, "holder");
  return "  " + use_text(use, language) + "\n" + line({"    Holder", "    氏名"}, holder, language) +
         line({"    hcRole", "    資格"}, roles_text(roles, language), language) +
         line({"    Valid until", "    有効期間の終了"}, end ? time_text(*end, language) : "", language) +
         line({"    PIN", "    PIN"}, tries_text(details.value("pin", Json::object()), language), language) +
         line({"    SHA-256", "    SHA-256"}, text_at(details, "certificate_sha256"), language);
}

Result<ExitStatus> list(const KeyOptions& options, const Context& context) {
  SHOMEI_TRY(const auto rows, card_rows(options, context));
  OrderedJson all = OrderedJson::array();
  for (const Json& row : readers_named(rows, options.reader)) {
    all.push_back(short_row(row));
    if (!context.json) {
      std::string uses;
      for (const Json& use : row.value("uses", Json::array())) {
        uses += " " + use_text(use.is_string() ? use.get<std::string>() : "", context.language);
      }
      print("{}: {} {}{}\n", printable(text_at(row, "reader")), text_at(row, "state"), text_at(row, "family"), uses);
    }
  }
  if (context.json) {
    print_json(all);
  }
  return all.empty() ? Result<ExitStatus>(fail(Code::kCardNoReader, options.reader)) : ExitStatus::kDone;
}

/// Why a card in a reader could not be described.
Code code_of(const std::string& id) {
  const auto row = std::ranges::find(all_codes(), id, &CodeInfo::id);
  return row == all_codes().end() ? Code::kCardUnknown : row->code;
}

/// The rows with an HPKI card. Errors: card.no_reader, card.not_present, card.*.
Result<Json> hpki_rows(const KeyOptions& options, const Context& context) {
  SHOMEI_TRY(const auto rows, card_rows(options, context));
  const Json named = readers_named(rows, options.reader);
  Json found = Json::array();
  Code code = named.empty() ? Code::kCardNoReader : Code::kCardNotPresent;
  for (const Json& row : named) {
    if (!row.value("details", Json::object()).empty()) {
      found.push_back(row);
    } else if (text_at(row, "state") != "empty") {
      code = text_at(row, "state") == "mute" ? Code::kCardNoProgress : code_of(text_at(row, "error"));
    }
  }
  return found.empty() ? Result<Json>(fail(code, options.reader)) : found;
}

Result<ExitStatus> show(const KeyOptions& options, const Context& context) {
  SHOMEI_TRY(const auto rows, hpki_rows(options, context));
  if (context.json) {
    print_json(rows);
    return ExitStatus::kDone;
  }
  for (const Json& row : rows) {
    print("{}: {}\n", printable(text_at(row, "reader")), text_at(row, "family"));
    for (const auto& [use, details] : row["details"].items()) {
      print_text(details_text(use, details, context.language));
    }
  }
  return ExitStatus::kDone;
}

Result<ExitStatus> pin_status(const KeyOptions& options, const Context& context) {
  SHOMEI_TRY(const auto rows, hpki_rows(options, context));
  OrderedJson all = OrderedJson::array();
  for (const Json& row : rows) {
    for (const auto& [use, details] : row["details"].items()) {
      const Json pin = details.value("pin", Json::object());
      all.push_back({{"reader", row["reader"]},
                     {"use", use},
                     {"state", pin.value("state", Json("unknown"))},
                     {"tries_left", pin.value("tries_left", Json())}});
      if (!context.json) {
        print("{} {}: {}\n", printable(text_at(row, "reader")), use_text(use, context.language),
              tries_text(pin, context.language));
      }
    }
  }
  if (context.json) {
    print_json(all);
  }
  return ExitStatus::kDone;
}

Result<KeyPlace> place_of(const CertificateOptions& options, const Context& context) {
  const auto use = options.use == "signature" ? cards::Use::kSignature : cards::Use::kAuthentication;
  const auto agent = AgentClient::find(options.key, context);
  if (!agent) {
    return find_key(options.key, use);
  }
  const std::string path = "/v1/cards/certificate?use=" + options.use + "&reader=" + query_value(options.key.reader);
  SHOMEI_TRY(const auto answer, agent->call("GET", path, Json()));
  KeyPlace place;
  SHOMEI_TRY(place.reader, text_member(answer, "reader"));
  SHOMEI_TRY(const auto certificate, text_member(answer, "certificate"));
  SHOMEI_TRY(place.certificate, from_base64(certificate));
  for (const Json& ca : answer.value("chain", Json::array())) {
    SHOMEI_TRY(auto der, from_base64(ca.is_string() ? ca.get<std::string>() : ""));
    place.chain.push_back(std::move(der));
  }
  return place;
}

std::string pem(ByteView der) {
  const std::string text = to_base64(der);
  std::string lines = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < text.size(); at += 64) {
    lines += text.substr(at, 64) + "\n";
  }
  return lines + "-----END CERTIFICATE-----\n";
}

Result<ExitStatus> certificate(const CertificateOptions& options, const Context& context) {
  if (!options.out.empty()) {
    SHOMEI_TRY(check_output(options.out, options.force));
  }
  SHOMEI_TRY(const auto place, place_of(options, context));
  if (!options.out.empty()) {
    SHOMEI_TRY(write_output(options.out, place.certificate, options.force));
  }
  if (context.json) {
    OrderedJson json{{"reader", place.reader},
                     {"use", options.use},
                     {"certificate", to_base64(place.certificate)},
                     {"chain", OrderedJson::array()}};
    for (const Bytes& ca : place.chain) {
      json["chain"].push_back(to_base64(ca));
    }
    print_json(json);
  } else if (options.out.empty()) {
    print_text(pem(place.certificate));
  }
  return ExitStatus::kDone;
}

void declare_certificate(const Command& group) {
  const auto options = std::make_shared<CertificateOptions>();
  const Command command = group.add("certificate", "Read a certificate from the card (PEM, or DER into a file)",
                                    {"shomei card certificate --use authentication --out doctor.cer",
                                     "shomei card certificate --use signature > doctor.pem"},
                                    [options](const Context& context) { return certificate(*options, context); });
  command.required_choice("--use", options->use, {"authentication", "signature"}, "Which of the card's two");
  command.option("--out", options->out, "F", "Write DER into this file");
  command.flag("--force", options->force, "Replace the file if it is there already");
  command.option("--reader", options->key.reader, "NAME", "Card reader, or a part of its name");
  command.option("--key", options->key.key, "pkcs11:URI",
                 "Certificate on a PKCS#11 token instead of a card (RFC 7512)");
  command.flag("--direct", options->key.direct, "Use the card without the agent");
}

void declare_look(const Command& group, std::string_view name, std::string_view help, std::string_view example,
                  Result<ExitStatus> (*function)(const KeyOptions&, const Context&)) {
  const auto options = std::make_shared<KeyOptions>();
  const Command command = group.add(
      name, help, {example}, [options, function](const Context& context) { return function(*options, context); });
  command.option("--reader", options->reader, "NAME", "Card reader, or a part of its name");
  command.flag("--direct", options->direct, "Use the card without the agent");
}

}  // namespace

void add_card_commands(const Command& top) {
  const Command group = top.group("card", "Look at readers and cards");
  declare_look(group, "list", "Readers and what is in them", "shomei card list --json", list);
  declare_look(group, "show", "Whose card it is, its certificates and PINs", "shomei card show --lang ja", show);
  declare_certificate(group);
  const Command pin = group.group("pin", "The card's PINs");
  declare_look(pin, "status", "How many tries are left; spends none", "shomei card pin status", pin_status);
}

}  // namespace shomei::cli
