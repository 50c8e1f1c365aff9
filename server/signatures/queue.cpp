#include "server/signatures/queue.h"

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

/// The client with what it speaks through.
class HttpStamps final : public signing::TimestampSource {
 public:
  HttpStamps(std::unique_ptr<http::Client> transport, std::unique_ptr<signing::TimestampClient> client)
      : transport_(std::move(transport)), client_(std::move(client)) {}
  Result<Bytes> stamp(DigestAlgorithm algorithm, ByteView digest) override { return client_->stamp(algorithm, digest); }

 private:
  std::unique_ptr<http::Client> transport_;
  std::unique_ptr<signing::TimestampClient> client_;
};

}  // namespace

SignatureQueue::SignatureQueue(SignatureParts parts, std::unique_ptr<signing::TimestampSource> stamps, Notices& notices)
    : parts_(std::move(parts)),
      stamps_(std::move(stamps)),
      desk_(stamps_ ? std::optional<StampDesk>(std::in_place, *stamps_, parts_.store, parts_.clock, notices,
                                               parts_.metrics)
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
  SHOMEI_TRY(auto transport, http::Client::create({.tls_ca = settings.tls_ca,
                                                   .plain_http = true,  // stamps are signed
                                                   .answer_time = settings.time,
                                                   .max_answer = 1U << 20,
                                                   .stop = std::move(stop)}));
  SHOMEI_TRY(auto client, signing::TimestampClient::create({.urls = settings.urls, .policy = settings.policy},
                                                           *transport, clock));
  return std::unique_ptr<signing::TimestampSource>(new HttpStamps(std::move(transport), std::move(client)));
}

}  // namespace shomei::server
