#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "agent/config.h"
#include "agent/job.h"

namespace shomei::agent {

/// All signing jobs, oldest first, and the one thread that works on them: a card and a person do one thing at a time.
/// Bounded in number and bytes. The thread sleeps without wake-ups while there is no job; ended jobs are forgotten
/// after `LimitsConfig::job_keep`.
class JobTable {
 public:
  /// Works on one job from `start` to `end`; called from the table's thread.
  using Work = std::function<void(Job&)>;
  /// Told (outside of locks) whenever a job has another state.
  using Changed = std::function<void(const Job&)>;

  JobTable(const LimitsConfig& limits, Work work, Changed changed);
  JobTable(const JobTable&) = delete;
  JobTable& operator=(const JobTable&) = delete;
  /// Cancels what runs and waits for it.
  ~JobTable();

  /// Errors: agent.too_many (jobs, or bytes of all jobs).
  Result<std::shared_ptr<Job>> add(SignOrder order);
  /// Errors: agent.job_unknown.
  Result<std::shared_ptr<Job>> find(std::string_view id);
  /// The same, waiting until the job has ended, for `time` at most.
  Result<std::shared_ptr<Job>> wait(std::string_view id, std::chrono::milliseconds time);
  /// Cancels a job that has not ended (its dialog closes); forgets one that has. Errors: agent.job_unknown.
  Result<void> remove(std::string_view id);
  /// Cancels all jobs that have not ended; those that wait for them learn it.
  void cancel_all();

 private:
  using Now = std::chrono::steady_clock;
  struct Row {
    std::shared_ptr<Job> job;
    Now::time_point forget = Now::time_point::max();
  };
  void run(const std::stop_token& stop);
  void run_one(const std::shared_ptr<Job>& job);
  void forget_old();
  void keep_until_forgotten(Row& ended);
  std::shared_ptr<Job> next_waiting() const;
  Row* row(std::string_view id);
  bool pause(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);

  const LimitsConfig limits_;
  const Work work_;
  const Changed changed_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable ended_;
  std::vector<Row> rows_;
  /// The next time to wake up may have changed.
  bool look_again_ = false;
  std::jthread thread_;
};

}  // namespace shomei::agent
