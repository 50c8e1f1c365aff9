#include "signing/report/markup.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"

namespace shomei::signing {
namespace {

std::string_view cut(std::string_view text) {
  if (text.size() <= Piece::kMaxShown) {
    return text;
  }
  std::size_t end = Piece::kMaxShown;
  while (end > Piece::kMaxShown - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

}  // namespace

Piece::Piece(std::string_view text) {
  const std::string_view shown = cut(text);
  for (const char character : printable(shown, "\xEF\xBF\xBD")) {
    switch (character) {
      case '&': text_ += "&amp;"; break;
      case '<': text_ += "&lt;"; break;
      case '>': text_ += "&gt;"; break;
      case '"': text_ += "&quot;"; break;
      case '\'': text_ += "&#39;"; break;
      default: text_ += character;
    }
  }
  if (shown.size() < text.size()) {
    text_ += "…";
  }
}

Piece::Piece(double number) : text_(fmt::format("{:.1f}", number)) {}

Piece Piece::base64(ByteView bytes) {
  Piece piece;
  piece.text_ = to_base64(bytes);
  return piece;
}

Markup fill(Literal pattern, std::initializer_list<Piece> pieces) {
  Markup filled;
  std::string_view rest = pattern.text();
  for (const Piece& piece : pieces) {
    const auto place = rest.find("{}");
    SHOMEI_CHECK(place != std::string_view::npos);
    filled.text_.append(rest.substr(0, place)).append(piece.str());
    rest.remove_prefix(place + 2);
  }
  SHOMEI_CHECK(!rest.contains("{}"));
  filled.text_.append(rest);
  return filled;
}

}  // namespace shomei::signing
