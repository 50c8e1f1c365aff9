#include "signing/report/html_details.h"

#include <fmt/format.h>

#include "signing/report/life.h"
#include "signing/report/report_words.h"

namespace shomei::signing {
namespace {

class Details {
 public:
  Details(const SignatureReport& signature, Language language) : signature_(signature), language_(language) {}

  Markup whole() const {
    Markup rows = entry(say("Identifier", "識別子"), signature_.id);
    rows += entry(say("Profile", "プロファイル"), signature_.profile);
    rows += entry(say("Signature algorithm", "署名方式"),
                  signature_.algorithm.empty() ? "" : algorithm_words(signature_.algorithm));
    rows += entry(say("Revocation data that counts", "採用した失効情報"),
                  freshness_words(signature_.freshness).in(language_));
    if (signature_.algorithm_not_after) {
      rows += entry(say("Algorithm and key count until", "方式・鍵の安全期間の終わり"),
                    day_words(*signature_.algorithm_not_after, language_));
    }
    if (signature_.signer) {
      rows += hex(say("Certificate, SHA-256", "証明書の SHA-256"), signature_.signer->certificate_sha256);
    }
    if (!signature_.signature_value.empty()) {
      rows += hex(say("Signature value, SHA-256", "署名値の SHA-256"), to_hex(sha256(signature_.signature_value)));
    }
    return fill("<details><summary>{}</summary><dl>{}</dl>{}{}</details>",
                {say("Technical details", "技術的な詳細"), rows, digests(), objects()});
  }

 private:
  std::string_view say(std::string_view en, std::string_view ja) const { return language_ == Language::kJa ? ja : en; }
  static Markup entry(std::string_view label, std::string_view value) {
    return value.empty() ? Markup() : fill("<dt>{}</dt><dd><bdi>{}</bdi></dd>", {label, value});
  }
  static Markup hex(std::string_view label, std::string_view value) {
    return fill("<dt>{}</dt><dd class=\"hex\">{}</dd>", {label, value});
  }

  Markup digests() const {
    Markup rows;
    for (const CoveredPart& part : signature_.covers) {
      if (!part.digest.empty()) {
        rows += fill("<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td><td class=\"hex\">{}</td></tr>",
                     {part.detached ? *part.detached : part.reference, digest_words(part.digest_algorithm),
                      to_hex(part.digest)});
      }
    }
    return table(say("Digests of what is signed", "署名対象のダイジェスト"),
                 {say("Part", "対象"), say("Algorithm", "方式"), say("Digest", "値")}, rows);
  }

  std::string period(const ValidationObject& object) const {
    const auto text = [&](const std::optional<Time>& time) { return time ? time_words(*time, language_) : "?"; };
    if (object.kind == ValidationObject::Kind::kTimestamp) {
      return text(object.begin);
    }
    return fmt::format("{} – {}", text(object.begin), text(object.end));
  }

  Markup objects() const {
    Markup rows;
    for (const ValidationObject& object : signature_.objects) {
      const Text kind = object.kind == ValidationObject::Kind::kTimestamp ? Text{"Time stamp", "タイムスタンプ"}
                                                                          : words(kind_of(object, signature_));
      rows += fill(
          "<tr><th scope=\"row\">{}<br><bdi>{}</bdi></th><td>{}</td><td>{}</td><td>{}</td><td "
          "class=\"hex\">{}</td></tr>",
          {kind.in(language_), object.name, period(object),
           object.known_since ? time_words(*object.known_since, language_) : "–",
           object.carried ? say("in the file", "ファイル内") : say("given", "指定"), object.sha256});
    }
    return table(say("What was looked at", "検証に用いた証明書・失効情報・タイムスタンプ"),
                 {say("Object", "種類と名称"), say("Valid", "有効期間・時刻"),
                  say("Proved to exist since", "存在の証明"), say("From", "出所"), "SHA-256"},
                 rows);
  }

  static Markup table(std::string_view caption, std::initializer_list<std::string_view> columns, const Markup& rows) {
    if (rows.empty()) {
      return {};
    }
    Markup head;
    for (const std::string_view column : columns) {
      head += fill("<th scope=\"col\">{}</th>", {column});
    }
    return fill(
        "<div class=\"scroll\"><table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        {caption, head, rows});
  }

  const SignatureReport& signature_;
  Language language_;
};

}  // namespace

Markup html_details(const SignatureReport& signature, Language language) {
  return Details(signature, language).whole();
}

}  // namespace shomei::signing
