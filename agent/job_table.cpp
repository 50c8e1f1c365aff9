#include "agent/job_table.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>

#include "base/digest.h"

namespace shomei::agent {

JobTable::JobTable(const LimitsConfig& limits, Work work, Changed changed)
    : limits_(limits),
      work_(std::move(work)),
      changed_(std::move(changed)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

JobTable::~JobTable() {
  cancel_all();
  thread_.request_stop();
  thread_.join();
}

void JobTable::cancel_all() {
  const std::scoped_lock lock(mutex_);
  for (Row& one : rows_) {
    if (one.job->cancel()) {
      keep_until_forgotten(one);
    }
  }
}

Result<std::shared_ptr<Job>> JobTable::add(SignOrder order) {
  auto job = std::make_shared<Job>(to_hex(random_bytes(16)), std::move(order));
  {
    const std::scoped_lock lock(mutex_);
    forget_old();
    std::size_t bytes = job->bytes();
    for (const Row& one : rows_) {
      bytes += one.job->bytes();
    }
    if (rows_.size() >= limits_.jobs || bytes > limits_.job_bytes) {
      return fail(Code::kAgentTooMany, fmt::format("{} jobs of {}, {} bytes of {}", rows_.size() + 1, limits_.jobs,
                                                   bytes, limits_.job_bytes));
    }
    rows_.push_back({job});
  }
  changed_(*job);
  wake_.notify_one();
  return job;
}

Result<std::shared_ptr<Job>> JobTable::find(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  forget_old();
  const Row* found = row(id);
  if (found == nullptr) {
    return fail(Code::kAgentJobUnknown, std::string(id));
  }
  return found->job;
}

Result<std::shared_ptr<Job>> JobTable::wait(std::string_view id, std::chrono::milliseconds time) {
  SHOMEI_TRY(auto job, find(id));
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, time, [&] { return job->ended(); });
  return job;
}

Result<void> JobTable::remove(std::string_view id) {
  std::shared_ptr<Job> cancelled;
  {
    const std::scoped_lock lock(mutex_);
    Row* found = row(id);
    if (found == nullptr) {
      return fail(Code::kAgentJobUnknown, std::string(id));
    }
    if (found->job->ended()) {
      std::erase_if(rows_, [&](const Row& one) { return &one == found; });
    } else if (found->job->cancel()) {
      cancelled = found->job;
      keep_until_forgotten(*found);
    }
  }
  if (cancelled) {
    changed_(*cancelled);
  }
  return {};
}

void JobTable::keep_until_forgotten(Row& ended) {
  ended.forget = Now::now() + limits_.job_keep;
  look_again_ = true;
  wake_.notify_one();
  ended_.notify_all();
}

JobTable::Row* JobTable::row(std::string_view id) {
  const auto found = std::ranges::find_if(rows_, [&](const Row& one) { return one.job->id() == id; });
  return found == rows_.end() ? nullptr : &*found;
}

std::shared_ptr<Job> JobTable::next_waiting() const {
  const auto found = std::ranges::find_if(rows_, [](const Row& one) { return one.job->state() == JobState::kWaiting; });
  return found == rows_.end() ? nullptr : found->job;
}

void JobTable::forget_old() {
  const auto now = Now::now();
  if (std::erase_if(rows_, [&](const Row& one) { return one.forget <= now; }) > 0) {
    ::malloc_trim(0);
  }
}

// Sleeps until there is a job to work on or one to forget; without jobs, until somebody calls. False: stop.
bool JobTable::pause(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  const auto due = [this] { return look_again_ || next_waiting() != nullptr; };
  const auto first = std::ranges::min_element(rows_, {}, &Row::forget);
  if (first == rows_.end() || first->forget == Now::time_point::max()) {
    wake_.wait(lock, stop, due);
  } else {
    const auto until = first->forget;  // rows move while we wait
    wake_.wait_until(lock, stop, until, due);
  }
  look_again_ = false;
  return !stop.stop_requested();
}

void JobTable::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (pause(lock, stop)) {
    forget_old();
    if (const auto job = next_waiting()) {
      lock.unlock();
      run_one(job);
      lock.lock();
      if (Row* found = row(job->id())) {
        keep_until_forgotten(*found);
      }
    }
  }
}

void JobTable::run_one(const std::shared_ptr<Job>& job) {
  if (job->start()) {
    changed_(*job);
    work_(*job);
    changed_(*job);
  }
}

}  // namespace shomei::agent
