#pragma once

#include <chrono>
#include <mutex>

#include "agent/pin_flow.h"
#include "agent/presence.h"

namespace shomei::agent {

/// Work on a card with a person in front of it: a dialog and a card serve one at a time.
class CardWork {
 public:
  struct Order {
    /// `holder` and `reader` are filled in from the card.
    Matter matter;
    /// Empty: the configured one, or the only card.
    std::string reader;
    bool spend_last_try = false;
    /// How long to wait for work before this one.
    std::chrono::milliseconds patience = std::chrono::hours(1);
    std::stop_token stop;
  };
  struct Report {
    std::optional<unsigned> tries_left;
    std::string reader;
    /// Presence::departures of the reader when the card was opened.
    std::uint64_t departures = 0;
  };

  CardWork(KeyDesk& desk, Prompt& prompt, Presence& presence, unsigned pin_entries)
      : desk_(desk), prompt_(prompt), presence_(presence), pin_entries_(pin_entries) {}

  /// Opens the key, asks the person, lends the key to `use`. A card that is pulled closes the dialog: card.removed.
  /// Errors: card.busy (other work goes on), those of KeyDesk::open and with_person.
  Result<void> run(Order order, const std::function<Result<void>(SigningKey&)>& use, Report& report);

 private:
  KeyDesk& desk_;
  Prompt& prompt_;
  Presence& presence_;
  unsigned pin_entries_;
  std::timed_mutex one_at_a_time_;
};

}  // namespace shomei::agent
