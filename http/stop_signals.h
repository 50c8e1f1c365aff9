#pragma once

namespace shomei::http {

/// SIGTERM and SIGINT as something to wait for. Make it first in `main`, before any thread starts: it blocks both
/// signals for all threads to come (and ignores SIGPIPE, and SIGXFSZ: a write that may not grow a file fails instead).
class StopSignals {
 public:
  StopSignals();
  /// Waits for one of them, without waking up in between.
  void wait();
  /// Readable when a signal has come (signalfd), for a program that has its own poll loop.
  int descriptor() const { return descriptor_; }
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  int descriptor_;
};

}  // namespace shomei::http
