#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace shomei::http {

/// Ends what httplib does on a socket from outside: httplib bounds neither the whole time of an exchange nor the head
/// of an answer, and a call of it cannot be interrupted. Shuts the socket down; the call then fails by itself.
class Leash {
 public:
  enum class Pulled : std::uint8_t { kNo, kTime, kBytes, kStop };
  struct Limits {
    std::chrono::steady_clock::time_point until;
    /// That the socket may bring in, of any kind (TLS, heads, chunk sizes).
    std::uint64_t bytes = 0;
  };

  explicit Leash(std::stop_token stop) : stop_(std::move(stop)) {}
  ~Leash();
  Leash(const Leash&) = delete;
  Leash& operator=(const Leash&) = delete;
  /// The socket that is about to be connected.
  void hold(int socket);

  /// Watches from its making until its end.
  class Exchange {
   public:
    Exchange(Leash& leash, Limits limits);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    Pulled pulled() const { return pulled_; }

   private:
    void watch(const std::stop_token& done);
    Pulled reason_to_pull() const;

    Leash& leash_;
    const Limits limits_;
    const std::uint64_t before_;
    std::atomic<Pulled> pulled_ = Pulled::kNo;
    std::condition_variable_any changed_;
    std::jthread watcher_;
  };

 private:
  /// By the socket since it was made.
  std::uint64_t received() const;
  void shut() const;

  const std::stop_token stop_;
  mutable std::mutex mutex_;
  /// Of our own, so that it is never another file by the time it is shut down.
  int socket_ = -1;
};

}  // namespace shomei::http
