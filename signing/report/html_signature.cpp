#include "signing/report/html_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "signing/report/html_details.h"
#include "signing/report/life_picture.h"
#include "signing/report/report_words.h"

namespace shomei::signing {
namespace {

class Section {
 public:
  Section(const VerifyReport& report, std::size_t index, Language language)
      : signature_(report.signatures.at(index)),
        number_(index + 1),
        alone_(report.signatures.size() == 1),
        judged_(report.at),
        language_(language) {}

  Markup whole() const {
    const std::string who = signature_.signer ? both_names(*signature_.signer) : "";
    return fill(
        "<section class=\"signature\" id=\"signature-{}\" aria-labelledby=\"heading-{}\"><header><h2 "
        "id=\"heading-{}\">{} {}{}<bdi>{}</bdi></h2><span class=\"badge {}\">{}</span></header>{}{}{}{}{}{}</section>",
        {number_, number_, number_, say("Signature", "署名"), number_, who.empty() ? "" : say(": ", "："), who,
         Markup(verdict_class(signature_.indication)), verdict_words(signature_.indication).in(language_), why(),
         signer(), life(), covers(), findings(), html_details(signature_, language_)});
  }

 private:
  std::string_view say(std::string_view en, std::string_view ja) const { return language_ == Language::kJa ? ja : en; }
  Markup heading(std::string_view en, std::string_view ja) const { return fill("<h3>{}</h3>", {say(en, ja)}); }
  Markup entry(std::string_view label, std::string_view value) const {
    return value.empty() ? Markup() : fill("<dt>{}</dt><dd><bdi>{}</bdi></dd>", {label, value});
  }
  Markup moment(Time time) const {
    return fill("<time class=\"nowrap\" datetime=\"{}\">{}</time>", {to_rfc3339(time), time_words(time, language_)});
  }

  Markup why() const {
    if (alone_) {
      return {};
    }
    const Explanation words = explain(signature_);
    Markup text = fill("<p>{}</p><p class=\"advice\">{}</p>", {words.why.in(language_), words.next.in(language_)});
    if (signature_.sub_indication) {
      text += fill("<p class=\"note\"><code>{} / {}</code></p>",
                   {name(signature_.indication), name(*signature_.sub_indication)});
    }
    return text;
  }

  Markup signer() const {
    Markup rows;
    if (signature_.signer) {
      const Signer& signer = *signature_.signer;
      rows += fill("<dt>{}</dt><dd class=\"who\"><bdi>{}</bdi></dd>", {say("Name", "氏名"), both_names(signer)});
      std::string roles;
      for (const std::string& role : signer.hc_roles) {
        roles += (roles.empty() ? "" : ", ") + role_words(role);
      }
      rows += entry(say("Qualification (hcRole)", "資格（hcRole）"), roles);
      rows += entry(say("Organisation", "組織"), signer.organization);
      rows += entry(say("Registration number", "登録番号等"), signer.serial_number);
    } else {
      rows += entry(say("Name", "氏名"), say("It could not be found out who signed", "署名者を特定できませんでした"));
    }
    rows += level();
    rows += times();
    return fill("{}<dl>{}</dl>", {heading("Who signed, and how", "署名者と署名の形式"), rows});
  }

  Markup level() const {
    const std::string text = fmt::format("{}-{} (JAHIS {}) – {}", name(signature_.format), name(signature_.level),
                                         jahis_name(signature_.level), level_words(signature_.level).in(language_));
    Markup rows = entry(say("Level", "署名の水準"), text);
    std::string pending;
    for (const Level level : signature_.pending) {
      pending += fmt::format("{}{} (JAHIS {})", pending.empty() ? "" : ", ", name(level), jahis_name(level));
    }
    rows += entry(say("Still to come", "これから追加されるもの"), pending);
    return rows;
  }

  Markup times() const {
    Markup rows;
    if (signature_.best_signature_time) {
      const bool proved = *signature_.best_signature_time != judged_;
      rows += fill("<dt>{}</dt><dd>{}</dd>", {proved ? say("Proved to exist since", "存在が証明された日時")
                                                     : say("Judged as of", "判定の基準時刻"),
                                              moment(*signature_.best_signature_time)});
    }
    const auto end = end_of_newest_stamp(signature_);
    if (end && signature_.indication == Indication::kTotalPassed) {
      rows += fill("<dt>{}</dt><dd>{}</dd>",
                   {say("Renew the time stamp before", "タイムスタンプ更新の期限"), moment(*end)});
    }
    return rows;
  }

  std::string_view state(const LifeEvent& event) const {
    switch (event.kind) {
      case LifeEvent::Kind::kClaimed: return say("a claim, no proof", "申告（証明ではありません）");
      case LifeEvent::Kind::kStamp: break;
      default: return "";
    }
    if (event.proves) {
      return say("valid – proves the time of the signature", "有効 – 署名の時刻を証明");
    }
    switch (event.indication.value_or(Indication::kIndeterminate)) {
      case Indication::kTotalPassed: return say("valid", "有効");
      case Indication::kTotalFailed: return say("not valid", "無効");
      case Indication::kIndeterminate: break;
    }
    return say("not decided, does not count", "判定できません（判断に使いません）");
  }

  Markup life() const {
    const Life life = life_of(signature_, judged_, language_);
    Markup rows;
    for (std::size_t i = 0; i < life.events.size(); ++i) {
      const LifeEvent& event = life.events[i];
      rows += fill(
          "<tr><td class=\"sign\">{}<span class=\"heard\">{}</span></td><th "
          "scope=\"row\">{}</th><td>{}</td><td><bdi>{}</bdi>"
          "</td><td>{}</td></tr>",
          {life_sign(event, i + 1), i + 1, event.what, moment(event.at), event.by, state(event)});
    }
    if (rows.empty()) {
      return {};
    }
    return fill(
        "{}<div class=\"scroll\">{}</div><div class=\"scroll\"><table><thead><tr><th class=\"sign\" scope=\"col\">{}"
        "</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
        "</tr></thead><tbody>{}</tbody></table></div>",
        {heading("The life of this signature", "この署名の時系列"), life_picture(life, language_, number_),
         say("No.", "番号"), say("What", "できごと"), say("When", "日時"), say("Authority", "時刻認証局"),
         say("Verdict", "判定"), rows});
  }

  std::string part_words(const CoveredPart& part) const {
    if (part.detached) {
      return fmt::format("{}: {}", say("the separate file", "別ファイル"), *part.detached);
    }
    if (part.reference.empty()) {
      return std::string(say("the whole document (the signature itself excepted)", "文書全体（署名自体を除く）"));
    }
    return fmt::format("{}: {}", say("the part", "文書の一部"), part.reference);
  }

  /// Findings that say what is not covered stand here too, where people look for it.
  Markup covers() const {
    constexpr auto kNotCovered = std::to_array<std::string_view>(
        {"detached.not_covered", "covers.nothing", "manifest.not_checked", "manifest.absent", "reference.not_found"});
    Markup inside;
    for (const CoveredPart& part : signature_.covers) {
      inside += fill("<li><bdi>{}</bdi></li>", {part_words(part)});
    }
    Markup outside;
    for (const Finding& finding : signature_.findings) {
      if (std::ranges::find(kNotCovered, finding.check) != kNotCovered.end()) {
        outside += fill("<li>{}</li>", {say(finding.text_en, finding.text_ja)});
      }
    }
    const Markup none = fill("<p>{}</p>", {say("Nothing that could be confirmed.", "確認できたものはありません。")});
    Markup text = heading("What this signature covers", "署名の対象");
    text += inside.empty() ? none : fill("<ul>{}</ul>", {inside});
    if (!outside.empty()) {
      text += fill("<p><strong>{}</strong></p><ul>{}</ul>",
                   {say("Not covered or not confirmed", "対象外・未確認"), outside});
    }
    text += fill("<p class=\"note\">{}</p>",
                 {say("The signature says nothing about other files or other parts.",
                      "ここに挙げたもの以外のファイルや部分については、この署名は何も証明しません。")});
    return text;
  }

  Markup list(Severity severity, Literal row_class, std::string_view label) const {
    Markup rows;
    for (const Finding& finding : signature_.findings) {
      if (finding.severity != severity) {
        continue;
      }
      const std::string& advice = language_ == Language::kJa ? finding.advice_ja : finding.advice_en;
      rows += fill("<li class=\"{}\"><span class=\"label\">{}</span>{} <code class=\"note\">{}</code>{}</li>",
                   {Markup(row_class), label, say(finding.text_en, finding.text_ja), finding.check,
                    advice.empty() ? Markup() : fill("<p class=\"advice\">{}</p>", {advice})});
    }
    return rows.empty() ? Markup() : fill("<ul class=\"findings\">{}</ul>", {rows});
  }

  Markup findings() const {
    const Markup failed = list(Severity::kFail, "f-bad", say("Problem", "問題"));
    const Markup warned = list(Severity::kWarn, "f-open", say("Note", "注意"));
    const Markup passed = list(Severity::kInfo, "f-good", say("Checked", "確認"));
    Markup text = heading("What was found", "確認の結果");
    text += failed;
    text += warned;
    if (failed.empty() && warned.empty()) {
      text += fill("<p>{}</p>", {say("No problems and no remarks.", "問題や注意点はありません。")});
    }
    if (!passed.empty()) {
      text += fill("<details><summary>{}</summary>{}</details>",
                   {say("What was checked and is in order", "確認できた項目"), passed});
    }
    return text;
  }

  const SignatureReport& signature_;
  std::size_t number_;
  /// Then the head of the page says it all.
  bool alone_;
  Time judged_;
  Language language_;
};

}  // namespace

Markup html_signature(const VerifyReport& report, std::size_t index, Language language) {
  return Section(report, index, language).whole();
}

}  // namespace shomei::signing
