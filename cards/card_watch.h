#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cards/readers.h"

namespace shomei::cards {

struct CardEvent {
  enum class Kind : std::uint8_t {
    kReaderAdded,
    kReaderGone,  ///< after kRemoved if a card was in it
    kInserted,    ///< `atr` (empty: a mute card)
    kRemoved,
    kChanged,      ///< out and in again between two looks: whatever was known of the card is void
    kServiceLost,  ///< pcscd ended; all readers are reported gone before
    kServiceBack,
  };
  Kind kind;
  std::string reader = {};
  Bytes atr = {};
  friend bool operator==(const CardEvent&, const CardEvent&) = default;
};

/// What happened between two looks at the readers.
std::vector<CardEvent> differences(std::span<const ReaderState> before, std::span<const ReaderState> after);

/// Reports insertions and removals as soon as PC/SC tells of them. Waits in SCardGetStatusChange on a thread of its
/// own, without wake-ups of its own; only while pcscd is away it tries again, when pcscd's socket appears and at
/// growing intervals of up to 30 seconds.
class CardWatch {
 public:
  /// Called on the watch's thread, one event at a time, beginning with what is there at the start (kServiceLost if
  /// pcscd is not). Should not block for long; must not throw, nor destroy the watch.
  using Handler = std::function<void(const CardEvent&)>;

  explicit CardWatch(Handler handler);
  CardWatch(const CardWatch&) = delete;
  CardWatch& operator=(const CardWatch&) = delete;
  /// The handler is never called after this.
  ~CardWatch();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace shomei::cards
