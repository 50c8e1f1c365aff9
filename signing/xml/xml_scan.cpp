#include "signing/xml/xml_scan.h"

#include <fmt/format.h>

#include <algorithm>

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

class Scanner {
 public:
  Scanner(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

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
    return {};
  }

  void note(std::size_t begin, bool closing, bool empty) {
    if (depth_ == 0 && !closing && outline_.root_end == 0) {
      const std::size_t stop = std::min(text_.find_first_of(" \t\r\n/>", begin + 1), at_);
      outline_.root_name = text_.substr(begin + 1, stop - begin - 1);
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
  std::size_t at_ = 0;
  long depth_ = 0;
  XmlOutline outline_;
};

}  // namespace

Result<XmlOutline> scan_xml(ByteView xml, const Limits& limits) {
  if (xml.empty()) {
    return fail(Code::kInputEmpty);
  }
  if (xml.size() > limits.xml_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("XML of {} bytes, limit {}", xml.size(), limits.xml_bytes));
  }
  return Scanner(as_text(xml), limits).run();
}

}  // namespace shomei::signing
