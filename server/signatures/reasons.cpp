#include "server/signatures/reasons.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace shomei::server {
namespace {

OrderedJson time_or_null(const std::optional<Time>& time) {
  return time ? OrderedJson(to_rfc3339(*time)) : OrderedJson();
}

std::string text_of(const Reason& reason, Language language) {
  const std::string& own = language == Language::kJa ? reason.ja : reason.en;
  if (!own.empty()) {
    return own;
  }
  const auto row = std::ranges::find(all_codes(), reason.id, &CodeInfo::id);
  return row == all_codes().end() ? reason.detail : message(make_error(row->code, reason.detail), language);
}

OrderedJson show(const Reason& reason, Language language) {
  OrderedJson json = OrderedJson::object();
  if (!reason.level.empty()) {
    json["level"] = reason.level;
  }
  json["id"] = reason.id;
  json["text"] = text_of(reason, language);
  if (reason.until) {
    json["until"] = to_rfc3339(*reason.until);
  }
  return json;
}

/// Levels above that of the file, up to the wanted one.
OrderedJson missing(const SignatureRecord& signature) {
  OrderedJson levels = OrderedJson::array();
  for (const signing::Level level : {signing::Level::kT, signing::Level::kLT, signing::Level::kLTA}) {
    if (signing::level_from(signature.level) < level && level <= signing::level_from(signature.wanted)) {
      levels.push_back(signing::name(level));
    }
  }
  return levels;
}

}  // namespace

Reason reason_of(const signing::Pending& pending) {
  Reason reason = reason_of(pending.why, signing::name(pending.level));
  reason.until = pending.until;
  return reason;
}

Reason reason_of(const Error& error, std::string_view level) {
  return {.level = std::string(level), .id = std::string(info(error.code).id), .detail = error.detail};
}

std::vector<Reason> reasons_of(const signing::VerifyReport& report) {
  std::vector<Reason> reasons;
  for (const signing::SignatureReport& one : report.signatures) {
    for (const signing::Finding& finding : one.findings) {
      if (finding.severity == signing::Severity::kFail) {
        reasons.push_back({.id = finding.check, .en = finding.text_en, .ja = finding.text_ja});
      }
    }
  }
  return reasons;
}

std::string to_text(const std::vector<Reason>& reasons) {
  OrderedJson list = OrderedJson::array();
  for (const Reason& reason : reasons) {
    list.push_back({{"level", reason.level},
                    {"id", reason.id},
                    {"detail", reason.detail},
                    {"en", reason.en},
                    {"ja", reason.ja},
                    {"until", time_or_null(reason.until)}});
  }
  return list.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::vector<Reason> reasons_from(const std::string& text) {
  const auto list = parse_json(text);
  std::vector<Reason> reasons;
  try {
    for (const Json& one : list ? *list : Json::array()) {
      Reason reason{.level = one.at("level"),
                    .id = one.at("id"),
                    .detail = one.at("detail"),
                    .en = one.at("en"),
                    .ja = one.at("ja")};
      if (const auto until = one.at("until").is_string() ? parse_rfc3339(one.at("until").get<std::string>())
                                                         : Result<Time>(fail(Code::kInputMalformed))) {
        reason.until = *until;
      }
      reasons.push_back(std::move(reason));
    }
  } catch (const Json::exception&) {
    reasons.clear();
  }
  return reasons;
}

OrderedJson to_json(const SignatureRecord& signature, std::chrono::days keep, Language language) {
  const bool pending = signature.state == "pending";
  const auto reasons = reasons_from(signature.reasons);
  OrderedJson shown = OrderedJson::array();
  for (const Reason& reason : reasons) {
    shown.push_back(show(reason, language));
  }
  return {{"id", signature.id},
          {"name", signature.name},
          {"facility", signature.facility},
          {"state", signature.state},
          {"wanted", signature.wanted},
          {"level", signature.level},
          {"pending", pending ? missing(signature) : OrderedJson::array()},
          {"pending_until", time_or_null(pending && !reasons.empty() ? reasons.front().until : std::nullopt)},
          {"reasons", std::move(shown)},
          {"attempts", signature.attempts},
          {"next_try", time_or_null(pending ? std::optional(signature.next_try) : std::nullopt)},
          {"submitted_at", to_rfc3339(signature.submitted_at)},
          {"submitted_by", signature.person},
          {"changed_at", to_rfc3339(signature.changed_at)},
          {"kept_until", time_or_null(pending ? std::nullopt : std::optional(signature.changed_at + keep))},
          {"bytes", signature.bytes},
          {"sha256", signature.sha256}};
}

}  // namespace shomei::server
