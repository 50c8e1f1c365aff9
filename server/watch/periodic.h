#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace shomei::server {

/// A thread that does something every so often, and at once when it is woken. Its end waits for what is being done,
/// which learns of it by the token.
class Periodic {
 public:
  Periodic(std::chrono::milliseconds every, std::function<void(std::stop_token)> work)
      : every_(every), work_(std::move(work)), thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~Periodic() {
    thread_.request_stop();
    thread_.join();
  }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  void wake() {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      work_(stop);
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, every_, [this] { return woken_; });
      woken_ = false;
    }
  }

  const std::chrono::milliseconds every_;
  const std::function<void(std::stop_token)> work_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::jthread thread_;
};

}  // namespace shomei::server
