#include "http/framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shomei::http {
namespace {

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view text) {
  // RFC 9110 5.6.2
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kTokenMarks.contains(c);
  });
}

bool is_printable(std::string_view text, bool with_blanks) {
  return std::ranges::all_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 ? byte != 0x7F : with_blanks && (c == ' ' || c == '\t');
  });
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The line at the beginning, which is taken off with its CRLF.
std::string_view take_line(std::string_view& head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  head.remove_prefix(line.size() + 2);
  return line;
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::string_view version;
};

/// RFC 9112 3: method SP request-target SP HTTP-version; the target in origin form (3.2.1).
Result<RequestLine> read_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return fail(Code::kInputMalformed, "request line");
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(line.substr(0, first)) || !target.starts_with('/') || !is_printable(target, false) ||
      (version != "HTTP/1.1" && version != "HTTP/1.0")) {
    return fail(Code::kInputMalformed, "request line");
  }
  return RequestLine{.method = line.substr(0, first), .target = target, .version = version};
}

Result<void> take_header(std::string_view line, std::map<std::string, std::string>& headers) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !is_printable(line.substr(colon + 1), true)) {
    return fail(Code::kInputMalformed, "header line");
  }
  std::string name = lower(line.substr(0, colon));
  if (!headers.emplace(name, trim(line.substr(colon + 1))).second) {
    return fail(Code::kInputMalformed, fmt::format("header {} comes twice", name));
  }
  return {};
}

Result<std::size_t> content_length(const std::map<std::string, std::string>& headers, std::size_t max_body) {
  const auto header = headers.find("content-length");
  if (header == headers.end()) {
    return 0;
  }
  const std::string& text = header->second;
  std::uint64_t length = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || end != text.data() + text.size()) {
    return fail(Code::kInputMalformed, "Content-Length");
  }
  if (problem != std::errc() || length > max_body) {
    return fail(Code::kInputTooLarge, fmt::format("the body's limit is {} bytes", max_body));
  }
  return length;
}

}  // namespace

Result<std::optional<Frame>> read_frame(std::string_view buffer, const FramingLimits& limits) {
  const auto end = buffer.find("\r\n\r\n");
  if (end == std::string_view::npos ? buffer.size() > limits.max_head : end + 4 > limits.max_head) {
    return fail(Code::kInputTooLarge, fmt::format("the headers' limit is {} bytes", limits.max_head));
  }
  if (end == std::string_view::npos) {
    return std::optional<Frame>();
  }
  Frame frame;
  frame.head_bytes = end + 4;
  std::string_view head = buffer.substr(0, end + 2);
  SHOMEI_TRY(const RequestLine line, read_request_line(take_line(head)));
  frame.method = line.method;
  frame.target = line.target;
  while (!head.empty()) {
    SHOMEI_TRY(take_header(take_line(head), frame.headers));
  }
  if (line.version == "HTTP/1.1" && !frame.headers.contains("host")) {
    return fail(Code::kInputMalformed, "Host is missing");
  }
  if (frame.headers.contains("transfer-encoding") || frame.headers.contains("content-encoding")) {
    return fail(Code::kInputMalformed, "send the body with Content-Length and without an encoding");
  }
  SHOMEI_TRY(frame.body_bytes, content_length(frame.headers, limits.max_body(line.target)));
  const auto expect = frame.headers.find("expect");
  frame.expects_continue = expect != frame.headers.end() && lower(expect->second) == "100-continue";
  return std::optional(std::move(frame));
}

}  // namespace shomei::http
