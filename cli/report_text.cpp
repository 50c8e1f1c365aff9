#include "cli/report_text.h"

#include <fmt/chrono.h>

#include <nlohmann/json.hpp>

#include "cli/output.h"

namespace shomei::cli {
namespace {

std::string hc_role_texts(const auth::CertificateFacts& facts, Language language) {
  std::vector<std::string> roles;
  roles.reserve(facts.hc_roles.size());
  for (const auth::HcRole& role : facts.hc_roles) {
    roles.push_back(role.text);
  }
  return roles_text(roles, language);
}

Text verdict_words(auth::Verdict verdict) {
  switch (verdict) {
    case auth::Verdict::kValid: return {"VALID", "有効（VALID）"};
    case auth::Verdict::kInvalid: return {"INVALID", "無効（INVALID）"};
    case auth::Verdict::kIndeterminate: break;
  }
  return {"INDETERMINATE", "判定できません（INDETERMINATE）"};
}

std::string state_words(auth::RevocationState state, Language language) {
  const std::array<Text, 3> words{
      {{"good", "失効していません（good）"}, {"revoked", "失効しています（revoked）"}, {"unknown", "不明（unknown）"}}};
  return std::string(words.at(static_cast<std::size_t>(state)).in(language));
}

std::string revocation_line(const auth::RevocationStatus& status, Language language) {
  std::string text = fmt::format("  {} {}", status.certificate, state_words(status.state, language));
  if (status.revoked_at) {
    text += fmt::format(" {} {}", time_text(status.revoked_at, language), status.reason);
  }
  if (status.this_update) {
    text += fmt::format(" [{} {} – {}]", status.source, time_text(status.this_update, language),
                        time_text(status.next_update, language));
  }
  return text + "\n";
}

}  // namespace

std::string roles_text(std::span<const std::string> roles, Language language) {
  static const auth::ProfileSet profiles = auth::ProfileSet::defaults();
  std::string all;
  for (const std::string& text : roles) {
    const auth::Role* role = profiles.role(text);
    const bool with_ja = language == Language::kJa && role != nullptr;
    all += fmt::format("{}{}", all.empty() ? "" : ", ", with_ja ? fmt::format("{}（{}）", role->ja, text) : text);
  }
  return printable(all);
}

std::string time_text(std::optional<Time> time, Language language) {
  if (!time) {
    return "-";
  }
  if (language == Language::kEn) {
    return to_rfc3339(*time);
  }
  const std::time_t japan = (*time + std::chrono::hours(9)).time_since_epoch().count();
  return fmt::format("{:%Y-%m-%d %H:%M:%S} (JST)", fmt::gmtime(japan));
}

std::string line(Text label, std::string_view value, Language language) {
  constexpr std::size_t kWidth = 20;
  if (value.empty()) {
    return {};
  }
  const std::string name = printable(label.in(language));
  const std::size_t blanks = columns(name) < kWidth ? kWidth - columns(name) : 1;
  return fmt::format("{}{}{}\n", name, std::string(blanks, ' '), printable(value));
}

std::string findings_text(std::span<const auth::Finding> findings, Language language) {
  std::string all;
  for (const auth::Finding& finding : findings) {
    all += fmt::format("  [{}] {} {}: {}\n", auth::name(finding.severity), finding.certificate,
                       auth::info(finding.check).name, printable(auth::text(finding, language)));
  }
  return all;
}

std::string certificate_text(const auth::Certificate& certificate, Language language) {
  const auth::CertificateFacts& facts = certificate.facts();
  std::string malformed;
  for (const std::string& what : facts.malformed) {
    malformed += malformed.empty() ? what : ", " + what;
  }
  return line({"Subject", "主体者"}, facts.subject, language) + line({"Issuer", "発行者"}, facts.issuer, language) +
         line({"Name", "氏名"}, facts.name, language) +
         line({"Name in Japanese", "氏名（日本語）"}, facts.name_ja, language) +
         line({"Registration", "登録番号等"}, facts.serial_number, language) +
         line({"Organization", "組織"}, facts.organization, language) +
         line({"hcRole", "資格（hcRole）"}, hc_role_texts(facts, language), language) +
         line({"Serial number", "証明書番号"}, facts.serial, language) +
         line({"Valid from", "有効期間の開始"}, time_text(facts.not_before, language), language) +
         line({"Valid until", "有効期間の終了"}, time_text(facts.not_after, language), language) +
         line({"Key usage", "鍵用途"}, facts.key_usage ? auth::key_usage::text(*facts.key_usage) : "", language) +
         line({"Policies", "証明書ポリシー"}, fmt::format("{}", fmt::join(facts.policies, ", ")), language) +
         line({"CA", "認証局"}, facts.is_ca ? "yes" : "", language) +
         line({"SHA-256", "SHA-256"}, facts.sha256, language) + line({"Malformed", "形式の誤り"}, malformed, language);
}

std::string validation_text(const auth::ValidationReport& report, Language language) {
  std::string all = std::string(verdict_words(report.verdict).in(language)) + "\n";
  all += language == Language::kJa ? "証明書の経路:\n" : "Path:\n";
  for (std::size_t i = 0; i < report.path.size(); ++i) {
    all += fmt::format("  {} {}\n", i, printable(report.path[i].facts().subject));
  }
  all += line({"hcRole", "資格（hcRole）"}, roles_text(report.hc_roles, language), language);
  all += line({"Policies", "証明書ポリシー"}, fmt::format("{}", fmt::join(report.policies, ", ")), language);
  all += report.revocation.empty() ? "" : language == Language::kJa ? "失効情報:\n" : "Revocation:\n";
  for (const auth::RevocationStatus& status : report.revocation) {
    all += revocation_line(status, language);
  }
  all += report.findings.empty() ? "" : language == Language::kJa ? "確認結果:\n" : "Findings:\n";
  return all + findings_text(report.findings, language);
}

std::string crl_text(const auth::Crl& crl, Language language) {
  const auth::CrlFacts& facts = crl.facts();
  std::string scope;
  if (facts.scope) {
    scope = facts.scope->only_ca_certificates     ? "CA certificates only"
            : facts.scope->only_user_certificates ? "user certificates only"
                                                  : "all certificates";
    scope += facts.scope->indirect ? ", indirect" : "";
  }
  return line({"Issuer", "発行者"}, facts.issuer, language) + line({"Number", "CRL 番号"}, facts.number, language) +
         line({"This update", "今回の更新"}, time_text(facts.this_update, language), language) +
         line({"Next update", "次回の更新"}, time_text(facts.next_update, language), language) +
         line({"Authority key", "発行者の鍵"}, facts.authority_key, language) +
         line({"Scope", "対象範囲"}, scope, language) +
         line({"Delta", "差分 CRL"}, facts.is_delta ? "yes" : "", language) +
         line({"Entries", "失効件数"}, std::to_string(facts.entries), language) +
         line({"SHA-256", "SHA-256"}, crl.sha256(), language);
}

namespace {

std::string lookup_text(const auth::CrlLookup& answer, Language language) {
  std::string all = state_words(answer.state, language) + "\n";
  if (answer.revoked_at) {
    all += line({"Revoked at", "失効日時"}, time_text(answer.revoked_at, language), language);
    all += line({"Reason", "失効理由"}, answer.reason, language);
  }
  return all + findings_text(answer.findings, language);
}

}  // namespace

ExitStatus tell(const auth::CrlLookup& answer, const Context& context) {
  if (context.json) {
    print_json(auth::to_json(answer, context.language));
  } else {
    print_text(lookup_text(answer, context.language));
  }
  return answer.state == auth::RevocationState::kGood      ? ExitStatus::kDone
         : answer.state == auth::RevocationState::kRevoked ? ExitStatus::kNegative
                                                           : ExitStatus::kIndeterminate;
}

}  // namespace shomei::cli
