#include "server/signatures/queue.h"

#include <algorithm>
#include <random>

#include "http/client.h"
#include "signing/tsp/timestamp_client.h"

namespace shomei::server {
namespace {

constexpr std::chrono::seconds kLook{5};

double random_fraction() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

SignatureQueue::SignatureQueue(SignatureParts parts, std::unique_ptr<signing::TimestampSource> stamps, Notices& notices)
    : parts_(std::move(parts)),
      stamps_(std::move(stamps)),
      desk_(stamps_
                ? std::optional<StampDesk>(std::in_place, *stamps_, parts_.store, parts_.clock, notices, parts_.metrics)
                : std::nullopt),
      signatures_(parts_),
      worker_(parts_, desk_ ? &*desk_ : nullptr, random_fraction) {}

void SignatureQueue::start() {
  const std::scoped_lock lock(mutex_);
  thread_ = std::make_unique<Periodic>(kLook, [this](const std::stop_token& stop) { worker_.work(stop); });
}

void SignatureQueue::stop() {
  std::unique_ptr<Periodic> ending;
  const std::scoped_lock lock(mutex_);
  ending.swap(thread_);
}

void SignatureQueue::wake() {
  const std::scoped_lock lock(mutex_);
  if (thread_) {
    thread_->wake();
  }
}

Result<std::unique_ptr<signing::TimestampSource>> open_timestamps(const TimestampSettings& settings, const Clock& clock,
                                                                  std::stop_token stop) {
  if (settings.urls.empty()) {
    return std::unique_ptr<signing::TimestampSource>();
  }
  const bool https = std::ranges::any_of(settings.urls, [](const auto& url) { return url.starts_with("https://"); });
  if (https && settings.tls_ca.empty()) {
    return fail(Code::kConfigInvalid, "timestamp.tls_ca: needed for an authority with https");
  }
  http::ClientOptions options{.tls_ca = settings.tls_ca, .certificate = settings.certificate, .key = settings.key};
  // A stamp is signed in itself.
  options.plain_http = true;
  options.answer_time = settings.answer_time;
  options.stop = std::move(stop);
  SHOMEI_TRY(auto transport, http::Client::create(std::move(options)));
  return signing::TimestampClient::create({.urls = settings.urls, .policy = settings.policy}, std::move(transport),
                                          clock);
}

}  // namespace shomei::server
