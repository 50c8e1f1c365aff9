#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace shomei::http {

/// Threads that run tasks in order; one more is started when a task finds none idle, up to the limit.
class Workers {
 public:
  using Task = std::function<void()>;
  explicit Workers(std::size_t limit) : limit_(limit) {}
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void run(Task task);
  /// Lets running tasks end, drops the waiting ones and joins the threads.
  void stop();

 private:
  void work();
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable something_;
  std::deque<Task> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace shomei::http
