#include <algorithm>

#include "cli/output.h"
#include "cli/report_text.h"
#include "signing/report/report_words.h"

namespace shomei::cli {
namespace {

std::string heading(signing::Indication indication, const std::optional<signing::SubIndication>& sub,
                    Language language) {
  const std::string_view word = signing::name(indication);
  const std::string reason = sub ? fmt::format(" ({})", signing::name(*sub)) : std::string();
  return language == Language::kJa ? fmt::format("{}: {}{}", word, signing::verdict_words(indication).ja, reason)
                                   : fmt::format("{}{}", word, reason);
}

/// Why the verdict is not a good one, and what to do.
std::string explanation(const signing::SignatureReport& report, Language language) {
  const signing::Explanation words = signing::explain(report);
  return report.indication == signing::Indication::kTotalPassed
             ? std::string()
             : fmt::format("  {}\n  {}\n", words.why.in(language), words.next.in(language));
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

std::string times_text(const signing::SignatureReport& report, Time judged, Language language) {
  std::string all;
  if (report.claimed_signing_time) {
    all += line({"  Claimed time", "  署名日時（申告）"}, time_text(report.claimed_signing_time, language), language);
  }
  for (const signing::TimestampReport& stamp : report.timestamps) {
    const std::string what = fmt::format("{} {} {} {}", stamp.type, time_text(stamp.time, language), stamp.tsa,
                                         signing::name(stamp.indication));
    all += line({"  Time stamp", "  タイムスタンプ"}, what, language);
  }
  if (report.best_signature_time && report.best_signature_time != judged) {
    all += line({"  Proved since", "  存在の証明"}, time_text(report.best_signature_time, language), language);
  }
  if (report.revoked_at) {
    const std::string when = fmt::format("{} {}", time_text(report.revoked_at, language), report.revocation_reason);
    all += line({"  Revoked at", "  証明書の失効"}, when, language);
  }
  return all;
}

std::string levels_text(const std::vector<signing::Level>& levels) {
  std::string all;
  for (const signing::Level level : levels) {
    all += fmt::format("{}{} (JAHIS {})", all.empty() ? "" : ", ", signing::name(level), signing::jahis_name(level));
  }
  return all;
}

/// "5 certificates, 2 CRLs, 1 OCSP answer, 1 time stamp; 7 of them in the file".
std::string objects_text(const std::vector<signing::ValidationObject>& objects, Language language) {
  const auto count = [&](signing::ValidationObject::Kind kind) {
    return std::ranges::count(objects, kind, &signing::ValidationObject::kind);
  };
  if (objects.empty()) {
    return {};
  }
  using enum signing::ValidationObject::Kind;
  const auto carried = std::ranges::count(objects, true, &signing::ValidationObject::carried);
  const auto numbers =
      fmt::make_format_args(count(kCertificate), count(kCrl), count(kOcsp), count(kTimestamp), carried);
  return fmt::vformat(language == Language::kJa
                          ? "証明書 {}、CRL {}、OCSP {}、タイムスタンプ {}（うちファイル内 {}）"
                          : "certificates {}, CRLs {}, OCSP answers {}, time stamps {} (in the file: {})",
                      numbers);
}

std::string finding_text(const signing::Finding& finding, Language language) {
  const bool ja = language == Language::kJa;
  const std::string& advice = ja ? finding.advice_ja : finding.advice_en;
  const std::string text = fmt::format("  [{}] {}: {}\n", signing::name(finding.severity), finding.check,
                                       printable(ja ? finding.text_ja : finding.text_en));
  return advice.empty() ? text : fmt::format("{}      -> {}\n", text, printable(advice));
}

std::string signature_text(const signing::SignatureReport& report, std::size_t number, Time judged, Language language) {
  const std::string level = fmt::format("{} {} (JAHIS {})", signing::name(report.format), signing::name(report.level),
                                        signing::jahis_name(report.level));
  std::string all =
      fmt::format("\n{} {} {}\n  ", language == Language::kJa ? "署名" : "Signature", number, printable(report.id));
  all += heading(report.indication, report.sub_indication, language) + "\n" + explanation(report, language);
  all += line({"  Format", "  形式"}, level, language);
  all += line({"  Pending", "  未達の水準"}, levels_text(report.pending), language);
  all += report.signer ? signer_text(*report.signer, language) : std::string();
  all += times_text(report, judged, language) + covers_text(report, language);
  all += line({"  Revocation data", "  採用した失効情報"}, signing::freshness_words(report.freshness).in(language),
              language);
  all += line({"  Looked at", "  検証に用いたもの"}, objects_text(report.objects, language), language);
  for (const signing::Finding& finding : report.findings) {
    all += finding_text(finding, language);
  }
  return all;
}

}  // namespace

std::string verify_text(const signing::VerifyReport& report, Language language) {
  std::string all = heading(report.indication, report.sub_indication, language) + "\n";
  if (report.signatures.empty()) {
    all += language == Language::kJa ? "署名が見つかりません\n" : "no signature was found\n";
  }
  for (std::size_t i = 0; i < report.signatures.size(); ++i) {
    all += signature_text(report.signatures[i], i + 1, report.at, language);
  }
  return all;
}

std::string verify_line(std::string_view file, const signing::VerifyReport& report, Language language) {
  std::string who;
  for (const signing::SignatureReport& signature : report.signatures) {
    who += fmt::format("{}{} {}", who.empty() ? "; " : ", ",
                       signature.signer ? signing::both_names(*signature.signer) : "?", signing::name(signature.level));
  }
  return printable(fmt::format("{}: {}{}", file, heading(report.indication, report.sub_indication, language), who)) +
         "\n";
}

}  // namespace shomei::cli
