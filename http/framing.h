#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"

namespace shomei::http {

struct FramingLimits {
  /// Request line and headers, bytes.
  std::size_t max_head = 16 << 10;
  /// Bytes of body for a request target.
  std::function<std::size_t(std::string_view target)> max_body;
};

/// Where a request in a buffer ends.
struct Frame {
  std::string method{};
  /// As sent: not decoded, query and all.
  std::string target{};
  std::size_t head_bytes = 0;
  std::size_t body_bytes = 0;
  /// Names in lower case.
  std::map<std::string, std::string> headers;
  /// `Expect: 100-continue` (RFC 9110 10.1.1).
  bool expects_continue = false;
  std::size_t total() const { return head_bytes + body_bytes; }
};

/// Reads the head of a request (RFC 9112), and only what has one reading: CRLF line ends, no folded lines, no header
/// twice, body length by Content-Length alone (no Transfer-Encoding), no Content-Encoding, Host present in HTTP/1.1.
/// Nothing while the head is not whole. Errors: input.malformed, input.too_large.
Result<std::optional<Frame>> read_frame(std::string_view buffer, const FramingLimits& limits);

}  // namespace shomei::http
