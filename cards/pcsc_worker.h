#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cards/pcsc_call.h"

namespace shomei::cards {

/// PC/SC handles that only the worker's thread touches. Releases what is still held: transaction, card, context.
struct PcscHandles {
  std::string reader;
  std::optional<PcscContext> context;
  SCARDHANDLE card{};
  bool connected = false;
  bool in_transaction = false;
  DWORD protocol = SCARD_PROTOCOL_UNDEFINED;

  PcscHandles() = default;
  PcscHandles(const PcscHandles&) = delete;
  PcscHandles& operator=(const PcscHandles&) = delete;
  ~PcscHandles();
};

/// Does blocking PC/SC calls on a thread of its own, one after the other, so that the caller can give up waiting. After
/// that the worker is of no more use: the thread stays behind until the call returns, closes the handles and ends.
class PcscWorker {
 public:
  /// Errors: internal (no thread to be had).
  static Result<std::unique_ptr<PcscWorker>> start();
  PcscWorker(const PcscWorker&) = delete;
  PcscWorker& operator=(const PcscWorker&) = delete;
  /// Waits until the handles are closed, unless a call is stuck.
  ~PcscWorker();

  /// What `work` gives. Errors: its own; `late` when `limit` has passed, and from then on at once. `work` must hold by
  /// value whatever it uses: it may outlive the caller.
  template <class T>
  Result<T> run(std::chrono::milliseconds limit, Code late, std::function<Result<T>(PcscHandles&)> work) {
    if (stuck_) {
      return fail(late, "the reader has not answered an earlier call");
    }
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto future = promise->get_future();
    post([promise, work = std::move(work)](PcscHandles& handles) { promise->set_value(work(handles)); });
    if (future.wait_for(limit) != std::future_status::ready) {
      abandon();
      return fail(late, "no answer within the time limit");
    }
    return future.get();
  }

 private:
  struct Queue;
  explicit PcscWorker(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}
  void abandon();
  void post(std::function<void(PcscHandles&)> job);
  std::shared_ptr<Queue> queue_;
  bool stuck_ = false;
};

}  // namespace shomei::cards
