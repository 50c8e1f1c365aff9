#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace shomei::cards {

struct ReaderState {
  std::string name;
  bool card_present = false;
  /// A card is there but does not answer (upside down, broken).
  bool mute = false;
  Bytes atr = {};
  /// PC/SC's state word, to be handed back to `wait`; its upper half counts insertions and removals.
  std::uint32_t raw = 0;
};

/// A PC/SC context for looking at readers. libpcsclite 1.9 keeps one table of reader states for all contexts of a
/// process and does not lock it: two looks at the same instant may mix two states. We accept that for what it is worth
/// (the next change sets it right) and keep looks rare: CardWatch waits, a connection looks once when it opens. After
/// card.no_service it is of no use any more: open a new one.
class Readers {
 public:
  /// Errors: card.no_service.
  static Result<Readers> open();
  Readers(Readers&&) noexcept;
  Readers& operator=(Readers&&) noexcept;
  ~Readers();

  /// All readers as they are now, maybe none. Errors: card.no_service.
  Result<std::vector<ReaderState>> states() const;
  /// Blocks in SCardGetStatusChange until readers or cards differ from `known` (what `states` or `wait` gave), and
  /// gives all readers. Nothing after `limit` (none: for ever) and after `cancel`. Errors: card.no_service.
  Result<std::optional<std::vector<ReaderState>>> wait(std::span<const ReaderState> known,
                                                       std::optional<std::chrono::milliseconds> limit = {}) const;
  /// From another thread: ends a `wait` that is blocking now (one that begins later it does not).
  void cancel() const noexcept;

 private:
  struct Context;
  explicit Readers(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;
};

/// The reader to use: the one called `wanted` (or the only one whose name contains it), or, with nothing wanted, the
/// only one with a card. Errors: card.no_reader, card.not_present, card.several naming them.
Result<std::string> choose_reader(std::span<const ReaderState> readers, std::string_view wanted = {});

}  // namespace shomei::cards
