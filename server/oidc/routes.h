#pragma once

#include "http/route.h"
#include "server/oidc/login.h"

namespace shomei::server {

/// Login, sessions and what verifiers read: open to whoever can connect, each guarded by what the request must carry.
/// `parts` must outlive the routes.
std::vector<http::Route> login_routes(const LoginParts& parts);

/// Body of an answer to a refused proof: the problem with every reason (docs/server.md).
http::Response refusal(const LoginRefused& refused, Language language);

}  // namespace shomei::server
