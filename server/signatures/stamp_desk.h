#pragma once

#include "server/watch/notices.h"
#include "signing/tsp/timestamp_source.h"

namespace shomei::server {

/// Time stamps for the queue: passes questions on, counts the answers, and tells once when no stamp could be had for
/// some minutes, also over restarts. From one thread.
class StampDesk final : public signing::TimestampSource {
 public:
  /// All outlive it.
  StampDesk(signing::TimestampSource& source, Store& store, const Clock& clock, Notices& notices, Metrics& metrics)
      : source_(source), store_(store), clock_(clock), notices_(notices), metrics_(metrics) {}

  /// As the source's.
  Result<Bytes> stamp(DigestAlgorithm algorithm, ByteView digest) override;
  /// Whether stamps came again since the last call, after they had not, or for the first time since the start.
  bool came_back() { return std::exchange(came_back_, false); }

 private:
  void note_success();
  void note_failure(const Error& why);

  signing::TimestampSource& source_;
  Store& store_;
  const Clock& clock_;
  Notices& notices_;
  Metrics& metrics_;
  bool came_back_ = false;
  /// Of the failures that go on.
  std::optional<Time> failing_since_{};
  /// The last success was written down by this process.
  bool noted_ = false;
};

}  // namespace shomei::server
