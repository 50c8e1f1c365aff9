#pragma once

#include "server/oidc/login.h"
#include "server/watch/supply.h"

namespace shomei::server {

/// `/v1/admin/crl-sources`, `/v1/admin/expiring`, `/v1/admin/notices`, `/v1/admin/metrics` (docs/server.md) under the
/// given rule. What is given must outlive the routes.
std::vector<http::Route> supply_routes(const LoginParts& login, Supply& supply, const http::AccessRule& access);

/// `GET /metrics` in the Prometheus text format, for the local socket.
http::Route metrics_route(const Metrics& metrics, const http::AccessRule& access);

}  // namespace shomei::server
