#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "server/store/records.h"

namespace shomei::server {

/// An event of now. Control characters in actor and subject (they may come from a certificate) are replaced.
AuditEvent audit_event(const Clock& clock, std::string_view event, std::string_view actor, std::string_view subject,
                       const OrderedJson& detail);

}  // namespace shomei::server
