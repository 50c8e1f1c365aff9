#include "server/holds/routes.h"

namespace shomei::server {

http::Route public_holds_route(Holds& holds) {
  return {.method = "GET",
          .pattern = "/v1/holds",
          .limits = {.max_body = 0},
          .access = http::anyone(),
          .handler = [&holds](const http::Request& request) -> Result<http::Response> {
            SHOMEI_TRY(SignedHolds list, holds.list());
            http::Response response{.headers = {{"ETag", list.etag}, {"Cache-Control", "no-cache"}}};
            // RFC 9110 13.1.2: a list of tags; ours is strong, and their weak form counts as well.
            if (request.header("if-none-match").value_or("").contains(list.etag)) {
              response.status = 304;
              return response;
            }
            response.headers["Content-Type"] = "application/jwt";
            response.body = std::move(list.jws);
            return response;
          }};
}

}  // namespace shomei::server
