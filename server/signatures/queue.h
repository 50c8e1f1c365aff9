#pragma once

#include "server/signatures/worker.h"
#include "server/watch/periodic.h"

namespace shomei::server {

/// Signatures that wait for a higher level, the source of time stamps, and the thread that works them off.
class SignatureQueue {
 public:
  /// `stamps` may be null: none can be had. What `parts` and `notices` refer to outlives the queue.
  SignatureQueue(SignatureParts parts, std::unique_ptr<signing::TimestampSource> stamps, Notices& notices);
  ~SignatureQueue() { stop(); }
  SignatureQueue(const SignatureQueue&) = delete;
  SignatureQueue& operator=(const SignatureQueue&) = delete;

  void start();
  /// Ends what is under way; nothing starts again.
  void stop();
  /// Something may have become due.
  void wake();
  /// What the thread does once, for who has none.
  void work() { worker_.work(); }
  Signatures& signatures() { return signatures_; }

 private:
  const SignatureParts parts_;
  const std::unique_ptr<signing::TimestampSource> stamps_;
  std::optional<StampDesk> desk_;
  Signatures signatures_;
  SignatureWorker worker_;
  std::mutex mutex_;
  std::unique_ptr<Periodic> thread_;
};

/// Authorities over HTTP as [timestamp] says; null where it names none. `stop` ends a question under way. Errors:
/// config.invalid, input.*.
Result<std::unique_ptr<signing::TimestampSource>> open_timestamps(const TimestampSettings& settings, const Clock& clock,
                                                                  std::stop_token stop);

}  // namespace shomei::server
