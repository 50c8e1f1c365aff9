// links: shomei_http
// Foreign bytes as a request: framing, httplib's reading of the head, parameters, JSON body, routes, problems.
#include <nlohmann/json.hpp>

#include "http/exchange.h"

namespace {

using shomei::http::Request;
using shomei::http::Response;

const shomei::http::Router& router() {
  static const shomei::http::Router instance({
      {"GET",
       "/v1/jobs/{id}",
       {},
       shomei::http::anyone(),
       [](const Request& request) -> shomei::Result<Response> {
         return shomei::http::json_response(
             {{"id", request.path_values.at("id").size()}, {"query", request.query.size()}});
       }},
      {"POST",
       "/v1/sign",
       {.max_body = 4096},
       shomei::http::anyone(),
       [](const Request& request) -> shomei::Result<Response> {
         SHOMEI_TRY(const shomei::Json body, request.json());
         return shomei::http::json_response(body);
       }},
  });
  return instance;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto frame = shomei::http::read_frame(
      bytes, {.max_head = 2048, .max_body = [](std::string_view target) { return router().max_body(target); }});
  if (!frame) {
    SHOMEI_CHECK(shomei::http::answer_refused(frame.error()).bytes.starts_with("HTTP/1.1 4"));
  } else if (*frame && (*frame)->total() <= size) {
    const auto answer = shomei::http::answer_request(router(), **frame, bytes, {});
    SHOMEI_CHECK(answer.bytes.starts_with("HTTP/1.1 "));
    SHOMEI_CHECK(!answer.bytes.starts_with("HTTP/1.1 5"));
  }
  return 0;
}
