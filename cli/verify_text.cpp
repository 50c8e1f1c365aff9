#include <array>

#include "cli/output.h"
#include "cli/report_text.h"

namespace shomei::cli {
namespace {

std::string heading(signing::Indication indication, const std::optional<signing::SubIndication>& sub,
                    Language language) {
  const std::array<std::string_view, 3> ja{"署名は有効です", "判定できません", "署名は無効です"};
  const std::string_view word = signing::name(indication);
  const std::string reason = sub ? fmt::format(" ({})", signing::name(*sub)) : std::string();
  return language == Language::kJa
             ? fmt::format("{}: {}{}\n", word, ja.at(static_cast<std::size_t>(indication)), reason)
             : fmt::format("{}{}\n", word, reason);
}

std::string signer_text(const signing::Signer& signer, Language language) {
  const bool both = !signer.name_ja.empty() && !signer.name.empty();
  const std::string name = both ? fmt::format("{} ({})", signer.name_ja, signer.name) : signer.name_ja + signer.name;
  return line({"  Signer", "  署名者"}, name, language) +
         line({"  hcRole", "  資格"}, roles_text(signer.hc_roles, language), language) +
         line({"  Organization", "  組織"}, signer.organization, language) +
         line({"  Registration", "  登録番号等"}, signer.serial_number, language);
}

std::string covers_text(const signing::SignatureReport& report, Language language) {
  std::string all;
  for (const signing::CoveredPart& part : report.covers) {
    const std::string_view whole = language == Language::kJa ? "文書全体" : "the whole document";
    all += fmt::format("{}{}", all.empty() ? "" : ", ", part.reference.empty() ? whole : part.reference);
  }
  return line({"  Covers", "  署名対象"}, all, language);
}

std::string times_text(const signing::SignatureReport& report, Language language) {
  std::string all;
  if (report.claimed_signing_time) {
    all += line({"  Claimed time", "  署名日時（申告）"}, time_text(report.claimed_signing_time, language), language);
  }
  for (const signing::TimestampReport& stamp : report.timestamps) {
    const std::string what = fmt::format("{} {} {} {}", stamp.type, time_text(stamp.time, language), stamp.tsa,
                                         signing::name(stamp.indication));
    all += line({"  Time stamp", "  タイムスタンプ"}, what, language);
  }
  return all;
}

std::string signature_text(const signing::SignatureReport& report, std::size_t number, Language language) {
  const std::string level = fmt::format("{} {} (JAHIS {})", signing::name(report.format), signing::name(report.level),
                                        signing::jahis_name(report.level));
  std::string all =
      fmt::format("\n{} {} {}\n  ", language == Language::kJa ? "署名" : "Signature", number, printable(report.id));
  all += heading(report.indication, report.sub_indication, language);
  all += line({"  Format", "  形式"}, level, language);
  all += report.signer ? signer_text(*report.signer, language) : std::string();
  all += times_text(report, language) + covers_text(report, language);
  for (const signing::Finding& finding : report.findings) {
    all += fmt::format("  [{}] {}: {}\n", signing::name(finding.severity), finding.check,
                       printable(language == Language::kJa ? finding.text_ja : finding.text_en));
  }
  return all;
}

}  // namespace

std::string verify_text(const signing::VerifyReport& report, Language language) {
  std::string all = heading(report.indication, report.sub_indication, language);
  if (report.signatures.empty()) {
    all += language == Language::kJa ? "署名が見つかりません\n" : "no signature was found\n";
  }
  for (std::size_t i = 0; i < report.signatures.size(); ++i) {
    all += signature_text(report.signatures[i], i + 1, language);
  }
  return all;
}

}  // namespace shomei::cli
