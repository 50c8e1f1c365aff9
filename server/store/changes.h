#pragma once

#include "server/store/database.h"

namespace shomei::server {

/// Makes one change within the caller's transaction. Errors: session.ended; what SOCI throws goes to the caller.
Result<void> make_change(soci::session& sql, const Change& change);

/// Appends to the chain within the caller's transaction.
void append_audit(soci::session& sql, const std::string& chain, const AuditEvent& event);

}  // namespace shomei::server
