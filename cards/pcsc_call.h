#pragma once

#include <winscard.h>

#include "base/result.h"

namespace shomei::cards {

/// The one place where PC/SC's return values become Codes. Unknown ones are `internal` with the number. `subject` is
/// the reader, or empty. For calls with outcomes of their own (time is up, cancelled) see `is`.
Result<void> pcsc_result(LONG value, std::string_view call, std::string_view subject = {},
                         const char* file = __builtin_FILE(), int line = __builtin_LINE());

/// Compares without the sign extension that LONG brings on 64-bit systems.
inline bool is(LONG value, LONG expected) {
  return static_cast<std::uint32_t>(value) == static_cast<std::uint32_t>(expected);
}

/// A PC/SC context.
class PcscContext {
 public:
  /// Errors: card.no_service.
  static Result<PcscContext> establish();
  PcscContext(PcscContext&& other) noexcept : handle_(other.handle_), live_(std::exchange(other.live_, false)) {}
  PcscContext& operator=(PcscContext&&) = delete;
  ~PcscContext();
  SCARDCONTEXT handle() const { return handle_; }

 private:
  explicit PcscContext(SCARDCONTEXT handle) : handle_(handle) {}
  SCARDCONTEXT handle_;
  bool live_ = true;
};

}  // namespace shomei::cards
