#include "cards/card_watch.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "cards/service_wait.h"

namespace shomei::cards {
namespace {

constexpr std::chrono::milliseconds kCancelAgain{50};
constexpr std::chrono::seconds kStopLimit{3};

std::uint32_t changes(const ReaderState& reader) {
  return reader.raw >> 16;
}

const ReaderState* find(std::span<const ReaderState> readers, std::string_view name) {
  const auto found = std::ranges::find(readers, name, &ReaderState::name);
  return found == readers.end() ? nullptr : &*found;
}

}  // namespace

std::vector<CardEvent> differences(std::span<const ReaderState> before, std::span<const ReaderState> after) {
  std::vector<CardEvent> events;
  const auto note = [&](CardEvent::Kind kind, const ReaderState& reader) {
    const bool here = kind == CardEvent::Kind::kInserted || kind == CardEvent::Kind::kChanged;
    events.push_back({kind, reader.name, here ? reader.atr : Bytes{}});
  };
  for (const ReaderState& old : before) {
    const ReaderState* const now = find(after, old.name);
    if (old.card_present && (now == nullptr || !now->card_present)) {
      note(CardEvent::Kind::kRemoved, old);
    }
    if (now == nullptr) {
      note(CardEvent::Kind::kReaderGone, old);
    }
  }
  for (const ReaderState& now : after) {
    const ReaderState* const old = find(before, now.name);
    if (old == nullptr) {
      note(CardEvent::Kind::kReaderAdded, now);
    }
    if (now.card_present && (old == nullptr || !old->card_present)) {
      note(CardEvent::Kind::kInserted, now);
    } else if (now.card_present && changes(*old) != changes(now)) {
      note(CardEvent::Kind::kChanged, now);
    }
  }
  return events;
}

/// Shared by the watch and its thread: the thread outlives the watch if a call into a hung pcscd holds it.
struct CardWatch::State {
  std::mutex mutex;
  std::condition_variable changed;
  Handler handler;
  bool stopping = false;
  bool ended = false;
  std::shared_ptr<const Readers> readers;
  ServiceWait service;

  bool stopped() {
    const std::scoped_lock lock(mutex);
    return stopping;
  }

  void report(std::span<const CardEvent> events) {
    for (const CardEvent& event : events) {
      const std::scoped_lock lock(mutex);
      if (!stopping) {
        handler(event);
      }
    }
  }
  void report(CardEvent::Kind kind) { report(std::array{CardEvent{kind}}); }

  /// Watches with one context until it fails or the watch ends.
  void follow(const Readers& context) {
    std::vector<ReaderState> known;
    auto now = context.states();
    while (now && !stopped()) {
      report(differences(known, *now));
      known = *std::move(now);
      auto next = context.wait(known);
      now = !next ? Result<std::vector<ReaderState>>(std::unexpected(std::move(next).error())) : next->value_or(known);
    }
    report(differences(known, {}));
    if (!now) {
      log::debug("{}", describe(now.error()));
    }
  }

  void watch() {
    for (bool lost = false; !stopped();) {
      auto context = Readers::open();
      const bool served = context.has_value();
      if (served) {
        if (lost) {
          report(CardEvent::Kind::kServiceBack);
        }
        service.reset();
        const auto shared = std::make_shared<const Readers>(*std::move(context));
        {
          const std::scoped_lock lock(mutex);
          readers = shared;
        }
        follow(*shared);
        const std::scoped_lock lock(mutex);
        readers.reset();
      }
      if (!lost || served) {
        report(CardEvent::Kind::kServiceLost);
      }
      lost = true;
      if (!stopped()) {
        service.wait();
      }
    }
    const std::scoped_lock lock(mutex);
    ended = true;
    changed.notify_all();
  }
};

CardWatch::CardWatch(Handler handler) : state_(std::make_shared<State>()) {
  state_->handler = std::move(handler);
  std::thread([state = state_] { state->watch(); }).detach();
}

// SCardCancel reaches only a wait that has begun; hence again until the thread has heard it.
CardWatch::~CardWatch() {
  const auto give_up = std::chrono::steady_clock::now() + kStopLimit;
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->service.stop();
  while (!state_->ended && std::chrono::steady_clock::now() < give_up) {
    if (state_->readers) {
      state_->readers->cancel();
    }
    state_->changed.wait_for(lock, kCancelAgain, [&] { return state_->ended; });
  }
}

}  // namespace shomei::cards
