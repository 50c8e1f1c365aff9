#include "cards/pcsc_worker.h"

#include <system_error>
#include <thread>

namespace shomei::cards {
namespace {

/// For the handles to close at the end; EndTransaction with a reset takes a card tens of milliseconds.
constexpr std::chrono::seconds kCloseLimit{5};

}  // namespace

PcscHandles::~PcscHandles() {
  if (in_transaction) {
    static_cast<void>(SCardEndTransaction(card, SCARD_LEAVE_CARD));
  }
  if (connected) {
    static_cast<void>(SCardDisconnect(card, SCARD_LEAVE_CARD));
  }
}

struct PcscWorker::Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void(PcscHandles&)>> jobs;
  bool closing = false;
  bool closed = false;

  std::function<void(PcscHandles&)> next() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return closing || !jobs.empty(); });
    if (jobs.empty()) {
      return nullptr;
    }
    auto job = std::move(jobs.front());
    jobs.pop_front();
    return job;
  }

  static void serve(const std::shared_ptr<Queue>& queue) {
    {
      PcscHandles handles;
      while (const auto job = queue->next()) {
        job(handles);
      }
    }
    const std::scoped_lock lock(queue->mutex);
    queue->closed = true;
    queue->changed.notify_all();
  }
};

Result<std::unique_ptr<PcscWorker>> PcscWorker::start() {
  auto queue = std::make_shared<Queue>();
  try {
    std::thread([queue] { Queue::serve(queue); }).detach();
  } catch (const std::system_error& error) {
    return fail(Code::kInternal, error.what());
  }
  return std::unique_ptr<PcscWorker>(new PcscWorker(std::move(queue)));
}

void PcscWorker::abandon() {
  stuck_ = true;
  const std::scoped_lock lock(queue_->mutex);
  queue_->closing = true;
}

PcscWorker::~PcscWorker() {
  std::unique_lock lock(queue_->mutex);
  queue_->closing = true;
  queue_->changed.notify_all();
  if (!stuck_) {
    queue_->changed.wait_for(lock, kCloseLimit, [&] { return queue_->closed; });
  }
}

void PcscWorker::post(std::function<void(PcscHandles&)> job) {
  const std::scoped_lock lock(queue_->mutex);
  queue_->jobs.push_back(std::move(job));
  queue_->changed.notify_all();
}

}  // namespace shomei::cards
