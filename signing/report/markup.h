#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace shomei::signing {

/// Markup of our own: text that stands in the source. Nothing read from a file can become one.
class Literal {
 public:
  consteval Literal(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// A piece of HTML, SVG or XML. It is made of Literals and of escaped texts only, so that what a stranger wrote is
/// shown and never obeyed.
class Markup {
 public:
  Markup() = default;
  Markup(Literal literal) : text_(literal.text()) {}  // NOLINT(google-explicit-constructor)
  Markup& operator+=(const Markup& more) {
    text_ += more.text_;
    return *this;
  }
  Markup& operator+=(Literal more) {
    text_ += more.text();
    return *this;
  }
  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  friend class Piece;
  friend Markup fill(Literal pattern, std::initializer_list<class Piece> pieces);
  std::string text_;
};

/// What a place in a pattern is filled with: markup as it is, numbers, or text, which is made printable (harmful
/// characters become U+FFFD), cut at kMaxShown bytes and escaped for element content and quoted attribute values.
class Piece {
 public:
  static constexpr std::size_t kMaxShown = 2000;

  Piece(const Markup& markup) : text_(markup.text_) {}               // NOLINT(google-explicit-constructor)
  Piece(std::string_view text);                                      // NOLINT(google-explicit-constructor)
  Piece(const std::string& text) : Piece(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  Piece(const char* text) : Piece(std::string_view(text)) {}         // NOLINT(google-explicit-constructor)
  template <std::integral T>
  Piece(T number) : text_(std::to_string(number)) {}  // NOLINT(google-explicit-constructor)
  /// One decimal.
  Piece(double number);  // NOLINT(google-explicit-constructor)
  /// RFC 4648, whatever the length.
  static Piece base64(ByteView bytes);
  const std::string& str() const { return text_; }

 private:
  Piece() = default;
  std::string text_;
};

/// The pattern with each "{}" replaced, in order; as many as there are pieces.
Markup fill(Literal pattern, std::initializer_list<Piece> pieces);

}  // namespace shomei::signing
