#include "signing/xml/xpath_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shomei::signing {
namespace {

using Kind = XPathFilter::Kind;
constexpr std::string_view kBlanks = " \t\r\n";
/// Longer ones are not among those that are known.
constexpr std::size_t kMaxExpression = 1024;

/// `text` is the token as written, but for names: "ds:NAME" where the prefix stands for XML-DSig, "NAME" without
/// prefix, "{URI}NAME" otherwise. Written tokens never begin with a brace.
struct Token {
  std::string text;
  enum class Kind : std::uint8_t { kName, kNumber, kLiteral, kSign } kind = Kind::kSign;
  std::string name_space = {};
  std::string name = {};
};
using Tokens = std::vector<Token>;

bool starts_name(char c) {
  // Beyond ASCII, editions of XML differ in what is a name: such expressions are not among those that are known.
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool continues_name(char c) {
  return starts_name(c) || is_digit(c) || c == '-' || c == '.';
}

/// The namespace that `prefix` stands for at `node`.
std::optional<std::string> namespace_of(const xmlNode* node, std::string_view prefix) {
  for (; node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent) {
    for (const xmlNs* declared = node->nsDef; declared != nullptr; declared = declared->next) {
      if (declared->prefix != nullptr && reinterpret_cast<const char*>(declared->prefix) == prefix) {
        return declared->href == nullptr ? "" : reinterpret_cast<const char*>(declared->href);
      }
    }
  }
  return std::nullopt;
}

class Tokenizer {
 public:
  Tokenizer(std::string_view text, const xmlNode* scope) : rest_(text), scope_(scope) {}

  /// Nothing where a character or prefix has no meaning.
  std::optional<Tokens> run() {
    Tokens tokens;
    for (skip_blanks(); !rest_.empty(); skip_blanks()) {
      auto token = next();
      if (!token) {
        return std::nullopt;
      }
      tokens.push_back(std::move(*token));
    }
    return tokens;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view take_while(bool (*wanted)(char)) {
    return take(static_cast<std::size_t>(std::ranges::find_if_not(rest_, wanted) - rest_.begin()));
  }

  std::optional<Token> next() {
    const char c = rest_.front();
    if (starts_name(c)) {
      return name();
    }
    if (is_digit(c)) {
      return Token{std::string(take_while(is_digit)), Token::Kind::kNumber};
    }
    if (c == '"' || c == '\'') {
      return literal();
    }
    for (const std::string_view sign : {"::", "//", "/", "(", ")", "[", "]", "@", "=", "|", ">"}) {
      if (rest_.starts_with(sign)) {
        return Token{std::string(take(sign.size()))};
      }
    }
    return std::nullopt;
  }

  std::optional<Token> name() {
    std::string local(take_while(continues_name));
    if (!rest_.starts_with(':') || rest_.starts_with("::")) {
      return Token{local, Token::Kind::kName, "", local};
    }
    take(1);
    const auto found = namespace_of(scope_, local);
    if (!found || rest_.empty() || !starts_name(rest_.front())) {
      return std::nullopt;
    }
    local = take_while(continues_name);
    const std::string text = *found == ns::kDs ? "ds:" + local : fmt::format("{{{}}}{}", *found, local);
    return Token{text, Token::Kind::kName, *found, local};
  }

  std::optional<Token> literal() {
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view quoted = take(end + 1);
    return Token{std::string(quoted), Token::Kind::kLiteral, "", std::string(quoted.substr(1, end - 1))};
  }

  std::string_view rest_;
  const xmlNode* scope_;
};

bool reads(const Tokens& tokens, std::string_view form) {
  std::string joined;
  for (const Token& token : tokens) {
    joined += (joined.empty() ? "" : " ") + token.text;
  }
  return joined == form;
}

/// ("/" QName ("[" "@" NCName "=" (Number | Literal) "]")?)+; empty for anything else.
std::vector<XPathStep> absolute_path(const Tokens& tokens) {
  std::vector<XPathStep> path;
  std::size_t at = 0;
  const auto next_is = [&](std::string_view sign) { return at < tokens.size() && tokens[at].text == sign && ++at > 0; };
  const auto name = [&]() -> const Token* {
    return at < tokens.size() && tokens[at].kind == Token::Kind::kName ? &tokens[at++] : nullptr;
  };
  while (at < tokens.size()) {
    const Token* element = next_is("/") ? name() : nullptr;
    if (element == nullptr) {
      return {};
    }
    XPathStep step{element->name_space, element->name};
    if (next_is("[")) {
      const Token* attribute = next_is("@") ? name() : nullptr;
      if (attribute == nullptr || !attribute->name_space.empty() || !next_is("=") || at >= tokens.size()) {
        return {};
      }
      const Token& value = tokens[at++];
      const bool comparable = value.kind == Token::Kind::kNumber || value.kind == Token::Kind::kLiteral;
      if (!comparable || !next_is("]")) {
        return {};
      }
      step.attribute = attribute->name;
      step.is_number = value.kind == Token::Kind::kNumber;
      step.value = step.is_number ? value.text : value.name;
    }
    path.push_back(std::move(step));
  }
  return path;
}

std::optional<XPathFilter> of_path(Kind kind, const Tokens& tokens) {
  XPathFilter filter{kind, absolute_path(tokens)};
  return filter.path.empty() ? std::nullopt : std::optional(std::move(filter));
}

constexpr std::string_view kOwnSignature = "here ( ) / ancestor :: ds:Signature [ 1 ]";

/// XML-DSig 6.6.3: a node stays where the expression is true.
std::optional<XPathFilter> of_xpath(const Tokens& tokens) {
  if (reads(tokens, "not ( ancestor-or-self :: ds:Signature )")) {
    return XPathFilter{Kind::kWithoutSignatures};
  }
  // What XML-DSig 6.6.4 gives as the same as enveloped-signature.
  if (reads(tokens, fmt::format("count ( ancestor-or-self :: ds:Signature | {} ) > "
                                "count ( ancestor-or-self :: ds:Signature )",
                                kOwnSignature))) {
    return XPathFilter{Kind::kWithoutOwnSignature};
  }
  return of_path(Kind::kAllIfFound, tokens);
}

/// XML-Signature XPath Filter 2.0, 3.
std::optional<XPathFilter> of_filter2(const Tokens& tokens, std::string_view filter) {
  if (filter == "intersect") {
    return of_path(Kind::kOnlyFound, tokens);
  }
  if (filter != "subtract") {
    return std::nullopt;
  }
  if (reads(tokens, kOwnSignature)) {
    return XPathFilter{Kind::kWithoutOwnSignature};
  }
  for (const std::string_view form :
       {"// ds:Signature", "/ descendant :: ds:Signature", "/ descendant-or-self :: ds:Signature"}) {
    if (reads(tokens, form)) {
      return XPathFilter{Kind::kWithoutSignatures};
    }
  }
  return std::nullopt;
}

std::optional<Tokens> tokens_of(const xmlNode* expression) {
  const std::string text = text_of(expression);
  if (text.size() > kMaxExpression || !child_elements(expression).empty()) {
    return std::nullopt;
  }
  return Tokenizer(text, expression).run();
}

/// XPath 1.0 4.4: number(string) of the digits that are allowed here; anything else is another number or none.
bool is_number(std::string_view text, std::string_view number) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    return false;
  }
  text = text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
  if (!std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; }) || std::ranges::count(text, '.') > 1) {
    return false;
  }
  double left = 0;
  double right = 0;
  return std::from_chars(text.data(), text.data() + text.size(), left).ec == std::errc() &&
         std::from_chars(number.data(), number.data() + number.size(), right).ec == std::errc() && left == right;
}

bool matches(const xmlNode* node, const XPathStep& step) {
  const bool named = step.name_space.empty()
                         ? node->type == XML_ELEMENT_NODE && node->ns == nullptr && local_name(node) == step.name
                         : is_element(node, step.name_space, step.name);
  if (!named || step.attribute.empty()) {
    return named;
  }
  const auto value = attribute(node, step.attribute);
  return value && (step.is_number ? is_number(*value, step.value) : *value == step.value);
}

}  // namespace

std::vector<XPathFilter> xpath_filters(const xmlNode* transform) {
  const bool second = attribute(transform, "Algorithm") == kXPathFilter2;
  const auto expressions = child_elements(transform);
  if (!second && expressions.size() != 1) {
    return {};
  }
  std::vector<XPathFilter> filters;
  for (const xmlNode* expression : expressions) {
    if (!is_element(expression, second ? kXPathFilter2 : ns::kDs, "XPath")) {
      return {};
    }
    const auto tokens = tokens_of(expression);
    auto filter = !tokens  ? std::nullopt
                  : second ? of_filter2(*tokens, attribute(expression, "Filter").value_or(""))
                           : of_xpath(*tokens);
    if (!filter) {
      return {};
    }
    filters.push_back(std::move(*filter));
  }
  return filters;
}

Result<std::vector<const xmlNode*>> elements_at(const xmlDoc* document, const std::vector<XPathStep>& path,
                                                WorkBudget& budget) {
  std::vector<const xmlNode*> found{reinterpret_cast<const xmlNode*>(document)};
  for (const XPathStep& step : path) {
    std::vector<const xmlNode*> next;
    for (const xmlNode* parent : found) {
      for (const xmlNode* child = parent->children; child != nullptr; child = child->next) {
        SHOMEI_TRY(budget.spend("XPath", 1));
        if (matches(child, step)) {
          next.push_back(child);
        }
      }
    }
    found = std::move(next);
  }
  return found;
}

}  // namespace shomei::signing
