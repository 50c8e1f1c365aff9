#pragma once

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "agent/events.h"
#include "cards/card_watch.h"

namespace shomei::agent {

/// Which cards have left which reader: fed by the card watch, told to whoever depends on a card.
class Presence {
 public:
  /// `left` is called on the watch's thread with the reader whose card has gone; must not block.
  using Left = std::function<void(const std::string& reader)>;
  Presence(EventBus& events, Left left) : events_(events), left_(std::move(left)) {}

  void handle(const cards::CardEvent& event);
  /// How often a card has left this reader; to be compared with an earlier answer.
  std::uint64_t departures(const std::string& reader) const;

  /// While it lives, a card that leaves `reader` requests a stop, and so does `also`.
  class Guard {
   public:
    Guard(Presence& presence, std::string reader, std::stop_token also);
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard();
    std::stop_token stop_token() const { return stop_.get_token(); }
    bool card_left() const { return presence_.departures(reader_) != before_; }

   private:
    friend class Presence;
    struct Forward {
      std::stop_source& stop;
      void operator()() const { stop.request_stop(); }
    };
    Presence& presence_;
    std::string reader_;
    std::uint64_t before_;
    std::stop_source stop_;
    std::stop_callback<Forward> also_;
  };

 private:
  void depart(const std::string& reader);

  EventBus& events_;
  Left left_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> departures_;
  std::list<Guard*> guards_;
};

}  // namespace shomei::agent
