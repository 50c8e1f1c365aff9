#pragma once

#include "server/sessions/sessions.h"
#include "server/trust/snapshot.h"

namespace shomei::server {

/// Ends the sessions of cards that a list in force revokes ("revoked") or whose CA is not trusted any more
/// ("ca-removed"); how many.
Result<std::size_t> end_untrusted(Sessions& sessions, const TrustSnapshot& trust, const std::string& actor);

}  // namespace shomei::server
