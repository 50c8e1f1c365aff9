#include "agent/stamp_source.h"

#include <algorithm>

#include "http/client.h"
#include "signing/tsp/timestamp_client.h"

namespace shomei::agent {

Result<std::unique_ptr<signing::TimestampSource>> make_stamp_source(const TimestampConfig& config, const Clock& clock) {
  if (config.urls.empty()) {
    return nullptr;
  }
  const bool https = std::ranges::any_of(config.urls, [](const auto& url) { return url.starts_with("https://"); });
  if (https && config.tls_ca.empty()) {
    return fail(Code::kConfigInvalid, "timestamp.tls_ca: needed for an authority with https");
  }
  http::ClientOptions options;
  options.tls_ca = config.tls_ca;
  options.certificate = config.certificate;
  options.key = config.key;
  // A token is signed in itself.
  options.plain_http = true;
  options.max_answer = signing::TimestampClientOptions{}.max_answer;
  options.answer_time = config.answer_time;
  options.connect_time = std::min(options.connect_time, options.answer_time);
  SHOMEI_TRY(auto transport, http::Client::create(std::move(options)));
  return signing::TimestampClient::create({.urls = config.urls, .policy = config.policy}, std::move(transport), clock);
}

}  // namespace shomei::agent
