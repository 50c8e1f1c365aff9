#include "signing/report/html_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "signing/report/html_signature.h"
#include "signing/report/html_style.h"
#include "signing/report/report_words.h"

namespace shomei::signing {
namespace {

Markup icon(Indication indication) {
  const Markup mark = indication == Indication::kTotalPassed   ? Literal("<path d=\"M19 33l9 9 17-19\"/>")
                      : indication == Indication::kTotalFailed ? Literal("<path d=\"M22 22l20 20M42 22l-20 20\"/>")
                                                               : Literal("<text x=\"32\" y=\"44\">?</text>");
  return fill(
      "<svg class=\"icon\" viewBox=\"0 0 64 64\" aria-hidden=\"true\"><circle cx=\"32\" cy=\"32\" "
      "r=\"30\"/>{}</svg>",
      {mark});
}

/// The signature that decides: the first with the verdict of the whole.
const SignatureReport* deciding(const VerifyReport& report) {
  const auto found = std::ranges::find(report.signatures, report.indication, &SignatureReport::indication);
  return found == report.signatures.end() ? nullptr : &*found;
}

Markup verdict(const VerifyReport& report, Language language) {
  const SignatureReport* signature = deciding(report);
  const Explanation words = signature != nullptr ? explain(*signature) : explain_no_signature();
  const std::string sub = report.sub_indication ? fmt::format(" / {}", name(*report.sub_indication)) : "";
  const bool ja = language == Language::kJa;
  return fill(
      "<section class=\"verdict {}\" aria-labelledby=\"verdict\">{}<div><h1 id=\"verdict\">{}</h1><p "
      "class=\"why\">{}</p><p class=\"code\">{}{}</p></div></section>"
      "<p class=\"next\"><strong>{}</strong>{}{}</p>",
      {Markup(verdict_class(report.indication)), icon(report.indication), verdict_words(report.indication).in(language),
       words.why.in(language), name(report.indication), sub, ja ? "次にすること" : "What to do next",
       words.next.in(language), words.command.empty() ? Markup() : fill("<br><code>{}</code>", {words.command})});
}

Markup facts(const VerifyReport& report, Language language) {
  const bool ja = language == Language::kJa;
  Markup rows = fill("<dt>{}</dt><dd>{}</dd>", {ja ? "ファイル" : "File", report.file});
  if (report.at != Time{}) {
    rows += fill("<dt>{}</dt><dd><time datetime=\"{}\">{}</time></dd>",
                 {ja ? "検証した日時" : "Verified at", to_rfc3339(report.at), time_words(report.at, language)});
  }
  rows += fill("<dt>{}</dt><dd>{}</dd>", {ja ? "署名の数" : "Signatures", report.signatures.size()});
  return fill("<dl class=\"facts\">{}</dl>", {rows});
}

/// Of several signatures, one line each.
Markup summary(const VerifyReport& report, Language language) {
  if (report.signatures.size() < 2) {
    return {};
  }
  const bool ja = language == Language::kJa;
  Markup rows;
  for (std::size_t i = 0; i < report.signatures.size(); ++i) {
    const SignatureReport& signature = report.signatures[i];
    rows += fill(
        "<tr><th scope=\"row\"><a href=\"#signature-{}\">{}</a></th><td><bdi>{}</bdi></td><td><span class=\"badge "
        "{}\">{}</span></td></tr>",
        {i + 1, i + 1, signature.signer ? both_names(*signature.signer) : "–",
         Markup(verdict_class(signature.indication)), verdict_words(signature.indication).in(language)});
  }
  return fill(
      "<table><caption>{}</caption><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th "
      "scope=\"col\">{}</th></tr></thead><tbody>{}</tbody></table>",
      {ja ? "署名の一覧（全体の判定は最も悪いもの）" : "All signatures; the whole has the worst verdict",
       ja ? "番号" : "No.", ja ? "署名者" : "Signer", ja ? "判定" : "Verdict", rows});
}

Markup footer(Language language) {
  return fill(
      "<footer>{}</footer>",
      {language == Language::kJa ? "時刻は日本標準時です。判定は ETSI EN 319 102-1 に基づきます。Shomei " SHOMEI_VERSION
                                 : "Times are in UTC. Judged by ETSI EN 319 102-1. Shomei " SHOMEI_VERSION});
}

}  // namespace

Literal verdict_class(Indication indication) {
  switch (indication) {
    case Indication::kTotalPassed: return "good";
    case Indication::kTotalFailed: return "bad";
    case Indication::kIndeterminate: break;
  }
  return "open";
}

std::string html_report(const VerifyReport& report, Language language) {
  const bool ja = language == Language::kJa;
  Markup body = fill("<p class=\"kind-of-page\">{}</p>",
                     {ja ? "電子署名の検証報告書" : "Report on the verification of signatures"});
  body += verdict(report, language);
  body += facts(report, language);
  body += summary(report, language);
  for (std::size_t i = 0; i < report.signatures.size(); ++i) {
    body += html_signature(report, i, language);
  }
  body += footer(language);
  const std::string_view style = html_style();
  const std::string hash = to_base64(sha256(as_bytes(style)));
  // The style sheet is the only part that is not made of Literals; it is a constant of ours and holds no "<".
  const Markup head = fill(
      "<head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">"
      "<title>{} – {}</title>",
      {hash, verdict_words(report.indication).in(language), report.file});
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n{}<style>{}</style></head>\n<body><main>{}</main></body>\n</html>\n",
      ja ? "ja" : "en", head.str(), style, body.str());
}

}  // namespace shomei::signing
