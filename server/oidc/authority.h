#pragma once

#include "http/route.h"
#include "server/oidc/login.h"

namespace shomei::server {

/// The living session of an access token that is valid now. Errors: session.unknown, session.ended, store.*.
Result<SessionRecord> session_of(const LoginParts& parts, const http::Request& request);

/// The rule for whoever is logged in. `parts` must outlive it.
http::AccessRule sessions(const LoginParts& parts);

/// The person behind an access token that is valid now, whose session lives, and who has the role of an administrator
/// and no hold. Errors: session.unknown, session.ended, not_permitted, store.*.
Result<std::string> administrator_of(const LoginParts& parts, const http::Request& request);

/// The rule of the administration on TLS. `parts` must outlive it.
http::AccessRule administrators(const LoginParts& parts);

/// Who acts, for the audit log, in a request that its access rule let in: the person, or "local:uid=0".
std::string actor_of(const LoginParts& parts, const http::Request& request);

}  // namespace shomei::server
