#include "server/trust/fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/log.h"
#include "http/client.h"

namespace shomei::server {
namespace {

using Outcome = FetchResult::Outcome;

constexpr std::size_t kThreads = 4;
/// Of login evidence: whose distribution points are still of interest.
constexpr std::chrono::hours kEvidence{24 * 40};
/// A source that fails so often in a row is told.
constexpr std::int64_t kFailuresToTell = 3;

double random_fraction() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

http::ClientOptions client_options(const FetchOptions& options, std::stop_token stop) {
  return {.tls_ca = options.tls_ca,
          .plain_http = true,  // lists are signed
          .proxy = options.proxy,
          .connect_time = std::chrono::seconds(10),
          .answer_time = std::chrono::minutes(10),
          .silence = std::chrono::seconds(30),
          .max_answer = options.max_bytes,
          .stop = std::move(stop)};
}

}  // namespace

Fetcher::Fetcher(FetchOptions options, FetchParts parts)
    : options_(std::move(options)), parts_(std::move(parts)), schedule_(options_.rules, random_fraction) {}

Result<std::unique_ptr<Fetcher>> Fetcher::create(FetchOptions options, FetchParts parts) {
  SHOMEI_TRY(http::Client::create(client_options(options, {})));
  return std::unique_ptr<Fetcher>(new Fetcher(std::move(options), std::move(parts)));
}

Fetcher::~Fetcher() {
  stop();
}

void Fetcher::start() {
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads_.emplace_back([this] { work(stopping_.get_token()); });
  }
}

void Fetcher::stop() {
  stopping_.request_stop();
  changed_.notify_all();
  std::vector<std::jthread> ending;
  {
    const std::scoped_lock lock(mutex_);
    ending.swap(threads_);
  }
}

Result<void> Fetcher::refresh() {
  std::vector<std::string> urls = options_.urls;
  const Time now = parts_.clock.now();
  if (options_.from_points) {
    SHOMEI_TRY(urls, collect_urls(parts_.store, *parts_.trust.snapshot(), options_.urls, now - kEvidence));
  }
  SHOMEI_TRY(const auto known, parts_.store.crl_sources());
  std::vector<CrlSourceRecord> sources;
  for (const std::string& url : urls) {
    const auto found = std::ranges::find(known, url, &CrlSourceRecord::url);
    // A new one is due at once.
    sources.push_back(found == known.end() ? CrlSourceRecord{.url = url} : *found);
  }
  const std::scoped_lock lock(mutex_);
  queue_.set_sources(sources);
  collected_ = now;
  ++changes_;
  changed_.notify_all();
  return {};
}

void Fetcher::work(const std::stop_token& stop) {
  constexpr std::chrono::seconds kLongestWait{30};
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const Time now = parts_.clock.now();
    if (now >= collected_ + options_.rules.every || collected_ == Time{}) {
      collected_ = now;
      lock.unlock();
      if (const auto collected = refresh(); !collected) {
        log::error("CRL sources: {}", describe(collected.error()));
      }
      lock.lock();
    } else if (const auto source = queue_.take(now)) {
      lock.unlock();
      run(*source);
      lock.lock();
    } else {
      const auto next = queue_.next_due().value_or(now + kLongestWait) - now;
      const std::uint64_t seen = changes_;
      changed_.wait_for(lock, stop, std::clamp(next, std::chrono::seconds(1), kLongestWait),
                        [&] { return changes_ != seen; });
    }
  }
}

void Fetcher::run(const CrlSourceRecord& source) {
  FetchResult result{.source = source};
  auto client = http::Client::create(client_options(options_, stopping_.get_token()));
  if (client) {
    result = fetch_once(**client, parts_.trust, source, parts_.clock.now());
  } else {
    result.detail = describe(client.error());
    result.source.last_error = result.detail;
    ++result.source.failures;
  }
  if (result.import && !result.import->known && parts_.imported) {
    parts_.imported(*result.import);
  }
  finish(std::move(result));
}

std::optional<ListAge> Fetcher::age_of(const std::string& sha256) const {
  const auto trust = parts_.trust.snapshot();
  const auto list = std::ranges::find_if(trust->lists, [&](const auto& one) { return one.record.sha256 == sha256; });
  if (list == trust->lists.end()) {
    return std::nullopt;
  }
  const auto all = parts_.store.crls();
  return ListAge{.this_update = list->record.this_update,
                 .next_update = list->record.next_update,
                 .level = parts_.freshness.level(list->record, parts_.clock.now()),
                 .rhythm = all ? rhythm_of(*all, list->record.scope) : std::nullopt};
}

void Fetcher::finish(FetchResult result) {
  const bool stopped = stopping_.stop_requested();
  CrlSourceRecord& source = result.source;
  const Time now = parts_.clock.now();
  const bool good = source.failures == 0;
  const auto age = age_of(source.sha256);
  source.next_try = good ? schedule_.after_success(now, age) : schedule_.after_failure(now, source.failures, age);
  if (!stopped) {
    if (const auto kept = parts_.store.keep_crl_source(source); !kept) {
      log::error("CRL source {}: {}", source.url, describe(kept.error()));
    }
    parts_.metrics.count(Metrics::Counter::kCrlFetches, {{"url", source.url}, {"outcome", name(result.outcome)}});
    tell(result);
  }
  const std::scoped_lock lock(mutex_);
  if (result.outcome == Outcome::kGap) {
    // One of the others has the complete list.
    for (const auto& [url, entry] : std::map(queue_.entries())) {
      if (url != source.url && !entry.running) {
        queue_.want(url);
      }
    }
  }
  queue_.done(source, std::string(name(result.outcome)), std::move(result.detail));
  ++changes_;
  changed_.notify_all();
}

void Fetcher::tell(const FetchResult& result) const {
  const CrlSourceRecord& source = result.source;
  if (source.failures == 0) {
    log::info("CRL {}: {}{}{}", source.url, name(result.outcome), result.detail.empty() ? "" : ", ", result.detail);
    return;
  }
  log::warn("CRL {}: {}, {} ({} in a row)", source.url, name(result.outcome), result.detail, source.failures);
  // What should never be there is told at once, a source that is away when it stays away; each once until it works.
  if (result.outcome == Outcome::kRefused || source.failures >= kFailuresToTell) {
    const std::string since = source.last_success ? to_rfc3339(*source.last_success) : "never";
    parts_.notices.tell(
        {.key = fmt::format("crl.fetch:{}:{}:{}", source.url, since, name(result.outcome)),
         .kind = "crl.fetch",
         .level = log::Level::kError,
         .en = fmt::format("{} brings no CRL ({}); the last good copy stays in force", source.url, result.detail),
         .ja = fmt::format("{} から CRL を取得できません（{}）。最後の正しい CRL を引き続き使います。", source.url,
                           result.detail),
         .object = {{"url", source.url},
                    {"outcome", name(result.outcome)},
                    {"failures", source.failures},
                    {"last_success", since}}});
  }
}

Result<std::vector<FetchQueue::Entry>> Fetcher::fetch_now(const std::string& url, std::chrono::milliseconds patience) {
  SHOMEI_TRY(refresh());
  std::unique_lock lock(mutex_);
  if (!queue_.want(url)) {
    return fail(Code::kStoreNotFound, "CRL source " + url);
  }
  ++changes_;
  changed_.notify_all();
  if (threads_.empty()) {
    while (const auto source = queue_.take(parts_.clock.now())) {
      lock.unlock();
      run(*source);
      lock.lock();
    }
  }
  changed_.wait_for(lock, stopping_.get_token(), patience, [&] { return queue_.idle(url); });
  std::vector<FetchQueue::Entry> entries;
  for (const auto& [own, entry] : queue_.entries()) {
    if (url.empty() || own == url) {
      entries.push_back(entry);
    }
  }
  return entries;
}

std::vector<FetchQueue::Entry> Fetcher::entries() const {
  std::vector<FetchQueue::Entry> entries;
  const std::scoped_lock lock(mutex_);
  for (const auto& [url, entry] : queue_.entries()) {
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace shomei::server
