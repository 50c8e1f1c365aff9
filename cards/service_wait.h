#pragma once

#include <chrono>

namespace shomei::cards {

/// Waits for pcscd to come back: until something happens beside its socket (PCSCLITE_CSOCK_NAME, or the place compiled
/// into Debian's library), but no longer than an interval that doubles up to 30 seconds.
class ServiceWait {
 public:
  ServiceWait();
  ServiceWait(const ServiceWait&) = delete;
  ServiceWait& operator=(const ServiceWait&) = delete;
  ~ServiceWait();

  void wait();
  /// Begins again with the shortest interval: pcscd was there.
  void reset();
  /// From another thread: ends this and all later waits at once.
  void stop();

 private:
  int stop_;
  int changes_;
  std::chrono::milliseconds interval_;
};

}  // namespace shomei::cards
