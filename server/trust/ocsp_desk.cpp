#include "server/trust/ocsp_desk.h"

#include "http/client.h"

namespace shomei::server {
namespace {

/// Certificates that wait for one responder; more is a flood or a responder that hangs.
constexpr std::size_t kMaxWaiting = 64;

}  // namespace

/// One CA's responder and the thread that asks it.
class OcspDesk::Line {
 public:
  Line(OcspMode mode, std::unique_ptr<Transport> transport, std::stop_source stop, const Clock& clock,
       auth::OcspClientOptions options)
      : mode_(mode),
        stop_(std::move(stop)),
        transport_(std::move(transport)),
        client_(*transport_, clock, std::move(options)),
        worker_([this] { work(); }) {}

  ~Line() {
    stop_.request_stop();
    {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    }
    worker_.join();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  auth::OcspReply ask(const auth::Certificate& subject, const auth::Certificate& issuer,
                      std::chrono::steady_clock::time_point deadline);

 private:
  struct Job {
    auth::Certificate subject;
    auth::Certificate issuer;
    std::optional<auth::OcspReply> reply{};
  };
  std::shared_ptr<Job> enqueue(const auth::Certificate& subject, const auth::Certificate& issuer);
  void work();

  const OcspMode mode_;
  std::stop_source stop_;
  const std::unique_ptr<Transport> transport_;
  auth::OcspClient client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  /// The first is under way.
  std::deque<std::shared_ptr<Job>> waiting_;
  std::thread worker_;
};

auth::OcspReply OcspDesk::Line::ask(const auth::Certificate& subject, const auth::Certificate& issuer,
                                    std::chrono::steady_clock::time_point deadline) {
  auth::OcspReply reply;
  reply.response = client_.known(subject, issuer);
  if (!reply.response) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Job> job = enqueue(subject, issuer);
    if (job && changed_.wait_until(lock, deadline, [&] { return job->reply.has_value(); })) {
      reply = *job->reply;
    } else {
      lock.unlock();
      reply = client_.fall_back(subject, issuer,
                                {{0, auth::Check::kOcspTimeout, auth::Severity::kFail, job ? "" : "too many waiting"}});
    }
  }
  reply.required = mode_ == OcspMode::kRequire;
  return reply;
}

/// Those who ask about the same certificate share a job. Under the lock.
std::shared_ptr<OcspDesk::Line::Job> OcspDesk::Line::enqueue(const auth::Certificate& subject,
                                                             const auth::Certificate& issuer) {
  for (const auto& job : waiting_) {
    if (job->subject == subject && job->issuer == issuer) {
      return job;
    }
  }
  if (waiting_.size() >= kMaxWaiting) {
    return nullptr;
  }
  waiting_.push_back(std::make_shared<Job>(Job{.subject = subject, .issuer = issuer}));
  changed_.notify_all();
  return waiting_.back();
}

void OcspDesk::Line::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_.stop_requested() || !waiting_.empty(); });
    if (stop_.stop_requested()) {
      return;
    }
    const std::shared_ptr<Job> job = waiting_.front();
    lock.unlock();
    auth::OcspReply reply = client_.ask(job->subject, job->issuer);
    lock.lock();
    job->reply = std::move(reply);
    waiting_.pop_front();
    changed_.notify_all();
  }
}

OcspDesk::OcspDesk(const OcspSettings& settings, const auth::OcspRules& rules) : wait_(settings.wait), rules_(rules) {}

OcspDesk::~OcspDesk() = default;

Result<std::unique_ptr<OcspDesk>> OcspDesk::open(const OcspSettings& settings, const Clock& clock,
                                                 const auth::AlgorithmRules& algorithms,
                                                 const OcspTransport& transport) {
  const auth::OcspRules rules{
      .skew = settings.skew, .max_age = settings.max_age, .allow_no_nonce = settings.nonce != OcspNonce::kRequire};
  std::unique_ptr<OcspDesk> desk(new OcspDesk(settings, rules));
  std::vector<OcspSettings::Issuer> rows = settings.issuers;
  rows.push_back({.ca = "", .mode = settings.mode});
  for (const OcspSettings::Issuer& row : rows) {
    std::unique_ptr<Line>& line = desk->lines_[row.ca];
    if (row.mode != OcspMode::kOff) {
      std::stop_source stop;
      SHOMEI_TRY(auto way, transport(stop.get_token()));
      line = std::make_unique<Line>(
          row.mode, std::move(way), std::move(stop), clock,
          auth::OcspClientOptions{
              .url = row.url, .nonce = settings.nonce != OcspNonce::kOff, .rules = rules, .algorithms = algorithms});
    }
  }
  return desk;
}

OcspDesk::Line* OcspDesk::line_for(const auth::Certificate& issuer) const {
  const auto own = lines_.find(issuer.facts().sha256);
  return (own != lines_.end() ? own : lines_.find(""))->second.get();
}

auth::OcspReply OcspDesk::Turn::ask(const auth::Certificate& subject, const auth::Certificate& issuer) {
  Line* line = desk_.line_for(issuer);
  return line == nullptr ? auth::OcspReply{} : line->ask(subject, issuer, deadline_);
}

OcspTransport ocsp_over_http(const OcspSettings& settings) {
  return [wait = settings.wait, proxy = settings.proxy](std::stop_token stop) -> Result<std::unique_ptr<Transport>> {
    // A little longer than a login waits: what comes late is kept for the next.
    const auto longest = std::max<std::chrono::milliseconds>(wait * 5, std::chrono::seconds(1));
    SHOMEI_TRY(auto client, http::Client::create({.plain_http = true,
                                                  .proxy = proxy,
                                                  .connect_time = longest,
                                                  .answer_time = longest,
                                                  .max_answer = auth::kMaxOcspBytes,
                                                  .stop = std::move(stop)}));
    return client;
  };
}

}  // namespace shomei::server
