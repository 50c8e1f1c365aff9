#pragma once

#include "http/route.h"
#include "server/holds/holds.h"

namespace shomei::server {

/// `GET /v1/holds`, for everybody, with ETag and If-None-Match.
http::Route public_holds_route(Holds& holds);

}  // namespace shomei::server
