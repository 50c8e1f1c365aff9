#include "agent/prompt_text.h"

#include <fmt/format.h>

namespace shomei::agent {
namespace {

constexpr std::size_t kShownDocuments = 5;
constexpr std::size_t kShownCharacters = 60;

bool is_japanese(Language language) {
  return language == Language::kJa;
}

// One character of UTF-8 (RFC 3629) from the front of `text`; its length is 1 with U+FFFD where the bytes are none.
std::pair<char32_t, std::size_t> next_character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || length > text.size()) {
    return {U'\uFFFD', 1};
  }
  char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) {
      return {U'\uFFFD', 1};
    }
    value = value << 6 | (at(i) & 0x3FU);
  }
  const char32_t least = length == 3 ? 0x800 : length == 4 ? 0x10000 : 0;
  const bool bad = value < least || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF;
  return bad ? std::pair{U'\uFFFD', std::size_t{1}} : std::pair{value, length};
}

// Controls, and the characters of UAX #9 that change the order in which a name is read.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

std::string pin_name(cards::Use use, Language language) {
  const bool signature = use == cards::Use::kSignature;
  if (is_japanese(language)) {
    return signature ? "署名用 PIN" : "認証用 PIN";
  }
  return signature ? "signature PIN (署名用)" : "authentication PIN (認証用)";
}

std::string documents_text(const std::vector<std::string>& names, Language language) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShownDocuments; ++i) {
    text += fmt::format("\n  {}. {}", i + 1, shown(names[i], kShownCharacters));
  }
  if (names.size() > kShownDocuments) {
    text += fmt::format(fmt::runtime(is_japanese(language) ? "\n  … ほか {} 件" : "\n  … and {} more"),
                        names.size() - kShownDocuments);
  }
  return text;
}

std::string purpose_text(const Matter& matter, Language language) {
  const bool ja = is_japanese(language);
  if (matter.use == cards::Use::kSignature) {
    return fmt::format(fmt::runtime(ja ? "文書 {} 件に電子署名します。{}" : "Signature of {} document(s):{}"),
                       matter.documents.size(), documents_text(matter.documents, language));
  }
  std::string text =
      fmt::format(fmt::runtime(ja ? "{} にログインします。" : "Login at {}."), shown(matter.server, 200));
  if (!matter.facility.empty()) {
    text +=
        fmt::format(fmt::runtime(ja ? "\n施設コード: {}" : "\nFacility: {}"), shown(matter.facility, kShownCharacters));
  }
  return text;
}

std::string matter_text(const Matter& matter, Language language) {
  const bool ja = is_japanese(language);
  std::string text = purpose_text(matter, language);
  text += fmt::format(fmt::runtime(ja ? "\n依頼元プログラム: {} (PID {})" : "\nAsked by: {} (PID {})"),
                      shown(matter.peer.name, kShownCharacters), matter.peer.pid);
  if (!matter.holder.empty()) {
    text += fmt::format(fmt::runtime(ja ? "\nカード: {}" : "\nCard: {}"), shown(matter.holder, kShownCharacters));
  }
  return text;
}

std::string before_text(const PinQuestion& question, Language language) {
  const bool ja = is_japanese(language);
  switch (question.before) {
    case PinQuestion::Before::kNothing: return {};
    case PinQuestion::Before::kWrong: return ja ? "PIN が違います。" : "The PIN was wrong.";
    case PinQuestion::Before::kBadLength:
      return ja ? "PIN の桁数が正しくありません（4〜16 文字）。回数は減っていません。"
                : "HPKI PINs have 4 to 16 characters. No try was spent.";
  }
  return {};
}

DialogText frame(Language language) {
  DialogText text;
  text.title = "Shomei";
  text.ok = "OK";
  text.cancel = is_japanese(language) ? "キャンセル" : "Cancel";
  return text;
}

}  // namespace

std::string shown(std::string_view text, std::size_t max) {
  std::string out;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto [character, length] = next_character(text);
    if (count == max) {
      return out + "…";
    }
    if (character == U'\uFFFD' || is_hidden(character)) {
      out += "\uFFFD";
    } else if (character == U'<' || character == U'&') {
      out += character == U'<' ? "＜" : "＆";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
    ++count;
  }
  return out;
}

DialogText pin_text(const PinQuestion& question, Language language) {
  const bool ja = is_japanese(language);
  const std::string which = pin_name(question.matter.use, language);
  DialogText text = frame(language);
  text.description = matter_text(question.matter, language);
  text.description += fmt::format(fmt::runtime(ja ? "\n\n{}を入力してください。" : "\n\nPlease type the {}."), which);
  if (question.tries_left) {
    text.description += fmt::format(fmt::runtime(ja ? "\n残り回数: {}" : "\nTries left: {}"), *question.tries_left);
  }
  text.prompt = which + ":";
  text.error = before_text(question, language);
  if (!text.error.empty() && question.tries_left) {
    text.error += fmt::format(fmt::runtime(ja ? "（残り {} 回）" : " ({} tries left)"), *question.tries_left);
  }
  return text;
}

DialogText confirm_text(const Matter& matter, Confirmation what, Language language) {
  const bool ja = is_japanese(language);
  DialogText text = frame(language);
  text.description = matter_text(matter, language);
  if (what == Confirmation::kWithoutPin) {
    text.description += ja ? "\n\nこの鍵は PIN を求めません。鍵を使ってよろしいですか？"
                           : "\n\nThis key asks for no PIN. May it be used?";
    return text;
  }
  const char* tries = what == Confirmation::kLastTry
                          ? (ja ? "\n\n{}の残り回数は 1 回です。" : "\n\nOnly one try of the {} is left.")
                          : (ja ? "\n\n{}の残り回数をカードが答えません。最後の 1 回かもしれません。"
                                : "\n\nThe card does not tell how many tries of the {} are left; it may be the last.");
  text.description += fmt::format(fmt::runtime(tries), pin_name(matter.use, language));
  text.description += ja ? "間違えるとカードはロックされ、再発行が必要になることがあります。続けますか？"
                         : " If it is wrong, the card is locked and may have to be reissued. Go on?";
  text.ok = ja ? "最後の 1 回を使う" : "Use the last try";
  return text;
}

}  // namespace shomei::agent
