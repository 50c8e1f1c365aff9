#pragma once

#include "http/route.h"
#include "server/oidc/login.h"

namespace shomei::server {

/// What the administration works on. All must outlive the routes.
struct AdminParts {
  const LoginParts& login;
  Trust& trust;
  Register& people;
};

/// `/v1/admin/*` (docs/server.md) under the given rule.
std::vector<http::Route> admin_routes(const AdminParts& parts, const http::AccessRule& access);

}  // namespace shomei::server
