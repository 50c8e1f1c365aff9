#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.h"

namespace shomei::server {

/// Which line a caller is on, by source address: ip-vpn, ssl-vpn, internet.
class Networks {
 public:
  /// `range` is "10.0.0.0/8" or "2001:db8::/32" (RFC 4632, RFC 4291 2.3). Errors: config.invalid.
  Result<void> add(const std::string& line, const std::string& range);
  /// The line of the first range that holds the address; "internet" where none does.
  std::string line_of(const std::string& address) const;

 private:
  /// IPv4 as IPv4-mapped IPv6 (RFC 4291 2.5.5.2).
  using Address = std::array<std::uint8_t, 16>;
  static bool parse(const std::string& text, Address& address, bool& v4);
  struct Range {
    std::string line;
    Address base{};
    unsigned bits = 0;
  };
  std::vector<Range> ranges_;
};

}  // namespace shomei::server
