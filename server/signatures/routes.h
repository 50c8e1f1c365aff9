#pragma once

#include "http/route.h"
#include "server/oidc/login.h"
#include "server/signatures/signatures.h"

namespace shomei::server {

/// `/v1/signatures` (docs/server.md) for who has a living session: each sees what belongs to the facility of that
/// session, administrators see records of all, never files. `submitted` is called after each submission. All outlive
/// the routes.
std::vector<http::Route> signature_routes(const LoginParts& login, Signatures& signatures,
                                          const std::function<void()>& submitted);
/// Lists and shows records, of all facilities.
std::vector<http::Route> signature_list_routes(Signatures& signatures, const http::AccessRule& access);

}  // namespace shomei::server
