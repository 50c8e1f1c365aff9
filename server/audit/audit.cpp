#include "server/audit/audit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace shomei::server {
namespace {

std::string one_line(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(result, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return result;
}

}  // namespace

AuditEvent audit_event(const Clock& clock, std::string_view event, std::string_view actor, std::string_view subject,
                       const OrderedJson& detail) {
  return {.at = clock.now(),
          .event = std::string(event),
          .actor = one_line(actor),
          .subject = one_line(subject),
          .detail = detail.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)};
}

}  // namespace shomei::server
