#include "tests/vcard/session.h"

#include "tests/vcard/hpki_chip.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace vcard {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kReconnect{50};

}  // namespace

Session::Session(Profile profile, std::uint16_t port, ControlSocket control)
    : profile_(std::move(profile)),
      link_(port),
      control_(std::move(control)),
      inserted_(profile_.inserted),
      connect_at_(Clock::now()) {}

Expected<Session> Session::open(Profile profile, std::uint16_t port, ControlSocket control) {
  Session session(std::move(profile), port, std::move(control));
  const Profile& asked = session.profile_;
  if (auto held = session.hold(asked.holder, asked.shape); !held) {
    return std::unexpected(held.error());
  }
  return session;
}

Expected<void> Session::hold(const std::string& folder, ShapeName shape) {
  auto& card = cards_[std::string(name_of(shape)) + ":" + std::filesystem::path(folder).lexically_normal().string()];
  if (!card) {
    const auto holder = load_holder(folder, profile_.ca);
    if (!holder) {
      return std::unexpected(holder.error());
    }
    Profile profile = profile_;
    profile.holder = folder;
    profile.shape = shape;
    for (const Use use : kUses) {
      if (of(*holder, use) && of(profile.pins, use).empty()) {
        return std::unexpected("no PIN for " + std::string(name_of(use)));
      }
    }
    card = std::make_unique<HpkiChip>(profile, *holder);
  }
  profile_.holder = folder;
  profile_.shape = shape;
  card_ = card.get();
  card_->reset();
  return {};
}

void Session::run(int stop_fd) {
  while (!quit_) {
    step(stop_fd);
  }
}

int Session::next_wait() const {
  std::optional<Time> next;
  const auto consider = [&](Time time) { next = next ? std::min(*next, time) : time; };
  if (inserted_ && link_.fd() < 0) {
    consider(connect_at_);
  }
  if (pending_ && !hang_) {
    consider(answer_at_);
  }
  if (insert_waiting_) {
    consider(insert_waiting_->until);
  }
  if (!next) {
    return -1;
  }
  const auto left = std::chrono::ceil<milliseconds>(*next - Clock::now()).count();
  return static_cast<int>(std::clamp<long>(left, 0, 10000));
}

void Session::step(int stop_fd) {
  keep_connected();
  std::vector<pollfd> polled{{stop_fd, POLLIN, 0}, {link_.fd(), POLLIN, 0}};
  control_.add_to(polled);
  if (::poll(polled.data(), polled.size(), next_wait()) < 0) {
    return;
  }
  if (polled[0].revents != 0) {
    quit_ = true;
  }
  if (polled[1].revents != 0) {
    const auto frames = link_.receive();
    if (!frames) {
      lose_reader();
    }
    for (const Bytes& frame : frames.value_or(std::vector<Bytes>{})) {
      on_frame(frame);
    }
  }
  for (const auto& line : control_.receive(polled)) {
    on_line(line);
  }
  if (pending_ && !hang_ && Clock::now() >= answer_at_) {
    answer_pending();
  }
  if (insert_waiting_ && Clock::now() >= insert_waiting_->until) {
    settle_insert(false);
  }
}

void Session::keep_connected() {
  if (!inserted_ || link_.fd() >= 0 || Clock::now() < connect_at_) {
    return;
  }
  if (link_.connect()) {
    meter_.event("connected");
  } else {
    connect_at_ = Clock::now() + kReconnect;
  }
}

void Session::lose_reader() {
  link_.close();
  card_->reset();
  pending_.reset();
  connect_at_ = Clock::now() + kReconnect;
  meter_.event("reader gone");
}

void Session::on_frame(View frame) {
  if (frame.size() != 1) {
    return on_apdu(frame);
  }
  switch (static_cast<Control>(frame[0])) {
    case Control::power_off:
    case Control::power_on:
    case Control::reset:
      card_->reset();
      meter_.event("power or reset");
      return;
    case Control::atr:
      link_.send(card_->atr());
      settle_insert(true);
      return;
  }
}

void Session::on_apdu(View apdu) {
  if (die_ins_ && apdu.size() >= 2 && apdu[1] == *die_ins_) {
    meter_.command(apdu);
    die_ins_.reset();
    eject();
    return;
  }
  pending_ = Bytes(apdu.begin(), apdu.end());
  answer_at_ = Clock::now() + delay_;
  if (!hang_ && delay_ == milliseconds(0)) {
    answer_pending();
  }
}

void Session::answer_pending() {
  meter_.command(*pending_);
  const Bytes answer = card_->transmit(*pending_);
  pending_.reset();
  meter_.answer(answer);
  link_.send(answer);
}

void Session::eject() {
  link_.close();
  card_->reset();
  pending_.reset();
  settle_insert(false);
  inserted_ = false;
  hang_ = false;
  ejected_at_ = Clock::now();
  meter_.event("ejected");
}

}  // namespace vcard
