#pragma once

#include <filesystem>

#include "base/transport.h"
#include "server/metrics/metrics.h"
#include "server/store/store.h"

namespace shomei::server {

struct WebhookOptions {
  /// https, or http to this machine (127.0.0.1, [::1], localhost). Empty: none.
  std::string url{};
  /// At least 16 bytes; the body's HMAC-SHA256 with it goes along. Empty: none goes.
  Bytes secret{};
  std::vector<std::filesystem::path> tls_ca{};
};

/// "sha256=" and the HMAC-SHA256 (RFC 2104) of the body, lower-case hexadecimal.
std::string webhook_signature(ByteView secret, std::string_view body);

/// Errors: config.invalid.
Result<void> check_webhook_url(const std::string& url);

/// Sends notices that wait: POST of their JSON with the headers X-Shomei-Event (the kind) and X-Shomei-Signature-256.
/// Any 2xx takes a notice; otherwise it is tried again with back-off (30 s doubled up to an hour), for ever. A notice
/// may arrive twice (its "id" is the same), never not at all.
class Webhook {
 public:
  Webhook(Store& store, const Clock& clock, Metrics& metrics, WebhookOptions options)
      : store_(store), clock_(clock), metrics_(metrics), options_(std::move(options)) {}
  /// What is due, one by one; ends early when the first fails. Errors: store.*.
  Result<void> send_due(Transport& transport);
  const WebhookOptions& options() const { return options_; }

 private:
  bool send(Transport& transport, const NoticeRecord& notice) const;

  Store& store_;
  const Clock& clock_;
  Metrics& metrics_;
  const WebhookOptions options_;
};

}  // namespace shomei::server
