#include "agent/presence.h"

#include <nlohmann/json.hpp>

#include "base/log.h"

namespace shomei::agent {

void Presence::handle(const cards::CardEvent& event) {
  using Kind = cards::CardEvent::Kind;
  switch (event.kind) {
    case Kind::kInserted:
      log::info("card inserted: {}", event.reader);
      events_.publish("card-inserted", {{"reader", event.reader}});
      return;
    case Kind::kRemoved: depart(event.reader); return;
    case Kind::kChanged:
      depart(event.reader);
      events_.publish("card-inserted", {{"reader", event.reader}});
      return;
    case Kind::kReaderAdded:
    case Kind::kReaderGone: log::debug("readers changed: {}", event.reader); return;
    case Kind::kServiceLost: log::warn("pcscd is away"); return;
    case Kind::kServiceBack: log::info("pcscd is there"); return;
  }
}

void Presence::depart(const std::string& reader) {
  {
    const std::scoped_lock lock(mutex_);
    ++departures_[reader];
    for (Guard* guard : guards_) {
      if (guard->reader_ == reader) {
        guard->stop_.request_stop();
      }
    }
  }
  left_(reader);
  log::info("card removed: {}", reader);
  events_.publish("card-removed", {{"reader", reader}});
}

std::uint64_t Presence::departures(const std::string& reader) const {
  const std::scoped_lock lock(mutex_);
  const auto found = departures_.find(reader);
  return found == departures_.end() ? 0 : found->second;
}

Presence::Guard::Guard(Presence& presence, std::string reader, std::stop_token also)
    : presence_(presence),
      reader_(std::move(reader)),
      before_(presence.departures(reader_)),
      also_(std::move(also), Forward{stop_}) {
  const std::scoped_lock lock(presence_.mutex_);
  presence_.guards_.push_back(this);
}

Presence::Guard::~Guard() {
  const std::scoped_lock lock(presence_.mutex_);
  presence_.guards_.remove(this);
}

}  // namespace shomei::agent
