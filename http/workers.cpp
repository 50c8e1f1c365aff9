#include "http/workers.h"

namespace shomei::http {

void Workers::run(Task task) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) {
    return;
  }
  waiting_.push_back(std::move(task));
  if (idle_ < waiting_.size() && threads_.size() < limit_) {
    threads_.emplace_back([this] { work(); });
  } else {
    something_.notify_one();
  }
}

void Workers::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      ++idle_;
      something_.wait(lock);
      --idle_;
      continue;
    }
    const Task task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

void Workers::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  something_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

}  // namespace shomei::http
