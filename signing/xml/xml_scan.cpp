#include "signing/xml/xml_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace shomei::signing {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// "utf-8" or "us-ascii" in the XML declaration, or no encoding there.
bool is_utf8_declared(std::string_view declaration) {
  const std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) {
    return true;
  }
  const std::size_t open = declaration.find_first_of("\"'", at);
  if (open == std::string_view::npos) {
    return false;
  }
  const std::size_t close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) {
    return false;
  }
  std::string encoding(declaration.substr(open + 1, close - open - 1));
  std::ranges::transform(encoding, encoding.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return encoding == "utf-8" || encoding == "us-ascii";
}

/// The name in the start tag at `begin`, which has an end.
std::string name_at(std::string_view text, std::size_t begin) {
  const std::size_t stop = text.find_first_of(" \t\r\n/>", begin + 1);
  return std::string(text.substr(begin + 1, stop - begin - 1));
}

Result<void> check_size(ByteView xml, const Limits& limits) {
  if (xml.empty()) {
    return fail(Code::kInputEmpty);
  }
  if (xml.size() > limits.xml_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("XML of {} bytes, limit {}", xml.size(), limits.xml_bytes));
  }
  return {};
}

class Scanner {
 public:
  /// Given each tag: where it begins and ends, whether it closes, whether it is empty.
  using TakeTag = std::function<void(std::size_t, std::size_t, bool, bool)>;
  Scanner(std::string_view text, const Limits& limits, TakeTag take = {})
      : text_(text), limits_(limits), take_(std::move(take)) {}

  Result<XmlOutline> run() {
    SHOMEI_TRY(check_encoding());
    while (true) {
      at_ = text_.find('<', at_);
      if (at_ == std::string_view::npos) {
        break;
      }
      SHOMEI_TRY(markup());
    }
    if (outline_.root_end == 0) {
      return fail(Code::kXmlMalformed, depth_ == 0 ? "no root element" : "the root element has no end");
    }
    return std::move(outline_);
  }

 private:
  Result<void> check_encoding() {
    constexpr std::string_view kBom = "\xEF\xBB\xBF";
    if (text_.starts_with(kBom)) {
      at_ = kBom.size();
    }
    const bool wide = text_.size() >= 2 && (text_[0] == '\0' || text_[1] == '\0' || text_[0] == '\xFE' ||
                                            text_[0] == '\xFF' || text_.starts_with("\x4C\x6F"));
    const bool declared = text_.substr(at_).starts_with("<?xml") && at_ + 5 < text_.size() && is_blank(text_[at_ + 5]);
    if (wide || (declared && !is_utf8_declared(text_.substr(at_, text_.find("?>", at_) - at_)))) {
      return fail(Code::kXmlForbidden, "encoding other than UTF-8");
    }
    return {};
  }

  Result<void> markup() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) {
      return skip_to("-->", 4, "comment");
    }
    if (rest.starts_with("<![CDATA[")) {
      return skip_to("]]>", 9, "CDATA section");
    }
    if (rest.starts_with("<?")) {
      return skip_to("?>", 2, "processing instruction");
    }
    if (rest.starts_with("<!")) {
      return fail(Code::kXmlForbidden, fmt::format("document type or declaration at byte {}", at_));
    }
    return tag(rest.starts_with("</"));
  }

  Result<void> skip_to(std::string_view end, std::size_t from, std::string_view what) {
    const std::size_t found = text_.find(end, at_ + from);
    if (found == std::string_view::npos) {
      return fail(Code::kXmlMalformed, fmt::format("{} without end at byte {}", what, at_));
    }
    at_ = found + end.size();
    return {};
  }

  Result<void> tag(bool closing) {
    const std::size_t begin = at_;
    int attributes = 0;
    for (++at_; at_ < text_.size() && text_[at_] != '>'; ++at_) {
      if (text_[at_] == '"' || text_[at_] == '\'') {
        at_ = text_.find(text_[at_], at_ + 1);
        if (at_ == std::string_view::npos) {
          break;
        }
        if (++attributes > limits_.attributes_per_element) {
          return fail(Code::kXmlForbidden, fmt::format("more than {} attributes in the element at byte {}",
                                                       limits_.attributes_per_element, begin));
        }
      }
    }
    if (at_ >= text_.size()) {
      return fail(Code::kXmlMalformed, fmt::format("tag without end at byte {}", begin));
    }
    const bool empty = text_[at_ - 1] == '/';
    ++at_;
    note(begin, closing, empty);
    if (take_) {
      take_(begin, at_, closing, empty && !closing);
    }
    return {};
  }

  void note(std::size_t begin, bool closing, bool empty) {
    if (depth_ == 0 && !closing && outline_.root_end == 0) {
      outline_.root_name = name_at(text_, begin);
      outline_.root_begin = begin;
    }
    depth_ += closing ? -1 : (empty ? 0 : 1);
    if (depth_ == 0 && outline_.root_end == 0 && (closing || empty)) {
      outline_.root_is_empty = empty && !closing;
      outline_.root_content_end = outline_.root_is_empty ? at_ - 2 : begin;
      outline_.root_end = at_;
    }
  }

  std::string_view text_;
  const Limits& limits_;
  TakeTag take_;
  std::size_t at_ = 0;
  long depth_ = 0;
  XmlOutline outline_;
};

}  // namespace

Result<XmlOutline> scan_xml(ByteView xml, const Limits& limits) {
  SHOMEI_TRY(check_size(xml, limits));
  return Scanner(as_text(xml), limits).run();
}

Result<std::vector<ElementSpan>> find_elements(ByteView xml, std::span<const std::size_t> numbers,
                                               const Limits& limits) {
  SHOMEI_TRY(check_size(xml, limits));
  std::vector<ElementSpan> found(numbers.size());
  std::vector<std::size_t> open;
  std::size_t count = 0;
  const auto each = [&](std::size_t number, const auto& fill) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] == number) {
        fill(found[i]);
      }
    }
  };
  SHOMEI_TRY(Scanner(as_text(xml), limits, [&](std::size_t begin, std::size_t end, bool closing, bool empty) {
               if (!closing) {
                 each(count,
                      [&](ElementSpan& span) { span = {begin, end, end, end, empty, name_at(as_text(xml), begin)}; });
                 if (!empty) {
                   open.push_back(count);
                 }
                 ++count;
               } else if (!open.empty()) {
                 each(open.back(), [&](ElementSpan& span) {
                   span.content_end = begin;
                   span.end = end;
                 });
                 open.pop_back();
               }
             }).run());
  if (std::ranges::any_of(numbers, [&](std::size_t number) { return number >= count; })) {
    return fail(Code::kXmlMalformed, fmt::format("{} elements only", count));
  }
  return found;
}

}  // namespace shomei::signing
