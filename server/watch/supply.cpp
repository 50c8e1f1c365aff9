#include "server/watch/supply.h"

#include "http/client.h"
#include "server/trust/end_sessions.h"

namespace shomei::server {
namespace {

constexpr std::chrono::minutes kLook{1};
constexpr std::chrono::seconds kSend{10};

}  // namespace

Supply::Supply(const SupplyConfig& config, const SupplyParts& parts)
    : config_(config),
      parts_(parts),
      notices_(parts.store, parts.clock, !config.webhook.url.empty()),
      watcher_({.store = parts.store,
                .clock = parts.clock,
                .trust = parts.trust,
                .freshness = config_.freshness,
                .notices = notices_,
                .watched = parts.watched}),
      webhook_(parts.store, parts.clock, parts.metrics, config.webhook) {}

Result<std::unique_ptr<Supply>> Supply::create(const SupplyConfig& config, const SupplyParts& parts) {
  std::unique_ptr<Supply> supply(new Supply(config, parts));
  const auto end_sessions = [parts](const CrlImport&) {
    if (const auto ended = end_untrusted(parts.sessions, *parts.trust.snapshot(), "fetch"); !ended) {
      log::error("sessions: {}", describe(ended.error()));
    }
  };
  SHOMEI_TRY(supply->fetcher_, Fetcher::create(config.fetch, {.store = parts.store,
                                                              .clock = parts.clock,
                                                              .trust = parts.trust,
                                                              .notices = supply->notices_,
                                                              .metrics = parts.metrics,
                                                              .freshness = supply->config_.freshness,
                                                              .imported = end_sessions}));
  parts.metrics.add_collector([own = supply.get()](MetricsText& text) { own->write_gauges(text); });
  return supply;
}

void Supply::start() {
  if (!config_.webhook.url.empty()) {
    sender_ = std::make_unique<Periodic>(kSend, [this](const std::stop_token& stop) { send(stop); });
    notices_.on_new([this] { sender_->wake(); });
  }
  looker_ = std::make_unique<Periodic>(kLook, [this](const std::stop_token&) { watcher_.look(); });
  fetcher_->start();
}

void Supply::stop() {
  fetcher_->stop();
  looker_.reset();
  notices_.on_new({});
  sender_.reset();
}

void Supply::look() {
  watcher_.look();
  if (!config_.webhook.url.empty()) {
    send({});
  }
}

void Supply::send(const std::stop_token& stop) {
  const auto& options = webhook_.options();
  const auto client = http::Client::create({.tls_ca = options.tls_ca,
                                            .plain_http = true,  // to this machine only, see check_webhook_url
                                            .answer_time = std::chrono::seconds(20),
                                            .max_answer = 1U << 20,
                                            .stop = stop});
  const auto sent = client ? webhook_.send_due(**client) : std::unexpected(client.error());
  if (!sent) {
    log::error("webhook: {}", describe(sent.error()));
  }
}

void Supply::write_gauges(MetricsText& text) const {
  watcher_.write_metrics(text);
  text.family("shomei_crl_source_failures", "gauge", "Attempts in a row that failed, by source.");
  for (const FetchQueue::Entry& entry : fetcher_->entries()) {
    text.sample(Labels{{"url", entry.source.url}}, static_cast<double>(entry.source.failures));
  }
  text.family("shomei_sessions_open", "gauge", "Sessions that live.");
  if (const auto sessions = parts_.sessions.living()) {
    text.sample(Labels{}, static_cast<double>(sessions->size()));
  }
  text.family("shomei_audit_records", "gauge", "Records of this server's audit chain.");
  if (const auto records = parts_.store.audit_count()) {
    text.sample(Labels{}, static_cast<double>(*records));
  }
}

}  // namespace shomei::server
