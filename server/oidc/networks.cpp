#include "server/oidc/networks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shomei::server {
namespace {

template <class Address>
bool same_prefix(const Address& a, const Address& b, unsigned bits) {
  const unsigned bytes = bits / 8;
  const auto rest = static_cast<std::uint8_t>(0xFF00U >> (bits % 8));
  return std::equal(a.begin(), a.begin() + bytes, b.begin()) &&
         (bits % 8 == 0 || (a.at(bytes) & rest) == (b.at(bytes) & rest));
}

}  // namespace

bool Networks::parse(const std::string& text, Address& address, bool& v4) {
  address = {};
  v4 = inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1;
  if (v4) {
    address[10] = address[11] = 0xFF;
    return true;
  }
  return inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

Result<void> Networks::add(const std::string& line, const std::string& range) {
  const auto slash = range.find('/');
  Range made{.line = line};
  bool v4 = false;
  const bool good = slash != std::string::npos && parse(range.substr(0, slash), made.base, v4);
  const char* begin = range.data() + (good ? slash + 1 : 0);
  const char* end = range.data() + range.size();
  const auto [last, problem] = std::from_chars(begin, end, made.bits);
  if (!good || problem != std::errc() || last != end || made.bits > (v4 ? 32U : 128U)) {
    return fail(Code::kConfigInvalid, fmt::format("networks.{}: {} is no address range like 10.0.0.0/8", line, range));
  }
  made.bits += v4 ? 96 : 0;
  ranges_.push_back(std::move(made));
  return {};
}

std::string Networks::line_of(const std::string& address) const {
  Address found{};
  bool v4 = false;
  if (parse(address, found, v4)) {
    for (const Range& range : ranges_) {
      if (same_prefix(range.base, found, range.bits)) {
        return range.line;
      }
    }
  }
  return "internet";
}

}  // namespace shomei::server
