#pragma once

#include "http/route.h"
#include "server/admin/approvals.h"
#include "server/holds/holds.h"
#include "server/oidc/login.h"
#include "server/trust/rehearsal.h"

namespace shomei::server {

/// What the administration works on. All must outlive the routes.
struct AdminParts {
  const LoginParts& login;
  Trust& trust;
  Register& people;
  Holds& holds;
  Approvals& approvals;
  Rehearsals& rehearsals;
};

/// `/v1/admin/*` (docs/server.md) under the given rule.
std::vector<http::Route> admin_routes(const AdminParts& parts, const http::AccessRule& access);

}  // namespace shomei::server
