#include "server/watch/webhook.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/log.h"

namespace shomei::server {
namespace {

constexpr std::chrono::seconds kFirstRetry{30};
constexpr std::chrono::seconds kLongestRetry{3'600};

std::chrono::seconds wait_after(std::int64_t attempts) {
  return std::min(kFirstRetry * (std::int64_t{1} << std::clamp<std::int64_t>(attempts - 1, 0, 16)), kLongestRetry);
}

}  // namespace

std::string webhook_signature(ByteView secret, std::string_view body) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> code{};
  unsigned int size = 0;
  SHOMEI_CHECK(::HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), as_bytes(body).data(), body.size(),
                      code.data(), &size) != nullptr);
  return "sha256=" + to_hex(ByteView(code).first(size));
}

Result<void> check_webhook_url(const std::string& url) {
  constexpr std::array<std::string_view, 3> kLoopback{"http://127.0.0.1", "http://[::1]", "http://localhost"};
  const auto local = [&](std::string_view start) {
    return url.starts_with(start) &&
           (url.size() == start.size() || url[start.size()] == ':' || url[start.size()] == '/');
  };
  if (url.starts_with("https://") || std::ranges::any_of(kLoopback, local)) {
    return {};
  }
  return fail(Code::kConfigInvalid, fmt::format("webhook.url: {} must be https, or http to this machine", url));
}

bool Webhook::send(Transport& transport, const NoticeRecord& notice) const {
  HttpRequest request{.method = "POST", .url = options_.url, .body = notice.body};
  request.headers = {{"Content-Type", "application/json"}, {"X-Shomei-Event", notice.kind}};
  if (!options_.secret.empty()) {
    request.headers["X-Shomei-Signature-256"] = webhook_signature(options_.secret, notice.body);
  }
  const auto answer = transport.send(request);
  if (answer && answer->status / 100 == 2) {
    return true;
  }
  log::warn("webhook: {}", answer ? fmt::format("HTTP status {}", answer->status) : describe(answer.error()));
  return false;
}

Result<void> Webhook::send_due(Transport& transport) {
  constexpr std::size_t kAtOnce = 100;
  SHOMEI_TRY(auto notices, store_.notices_to_send(clock_.now(), kAtOnce));
  for (NoticeRecord& notice : notices) {
    const bool sent = send(transport, notice);
    metrics_.count(Metrics::Counter::kNotices, {{"outcome", sent ? "sent" : "failed"}});
    ++notice.attempts;
    if (sent) {
      notice.sent_at = clock_.now();
    } else {
      notice.next_try = clock_.now() + wait_after(notice.attempts);
    }
    SHOMEI_TRY(store_.keep_notice(notice));
    if (!sent) {
      break;
    }
  }
  return {};
}

}  // namespace shomei::server
