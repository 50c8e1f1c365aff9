#pragma once

#include "tests/vcard/chip.h"
#include "tests/vcard/control_socket.h"
#include "tests/vcard/meter.h"
#include "tests/vcard/reader_link.h"

#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace vcard {

// The hand that holds cards in front of one reader: carries APDUs to the card, obeys the control socket, makes faults.
class Session {
 public:
  // Reads the card named in the profile; the profile's other settings hold for every card taken later.
  static Expected<Session> open(Profile profile, std::uint16_t port, ControlSocket control);

  void run(int stop_fd);  // until `quit`, or stop_fd is readable

 private:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  Session(Profile profile, std::uint16_t port, ControlSocket control);

  void step(int stop_fd);
  int next_wait() const;
  void keep_connected();
  void lose_reader();
  void on_frame(View frame);
  void on_apdu(View apdu);
  void answer_pending();

  void on_line(const ControlSocket::Line& line);
  nlohmann::json execute(const std::vector<std::string>& words, unsigned client);
  nlohmann::json set_fault(const std::vector<std::string>& words);
  nlohmann::json set_trace(const std::vector<std::string>& words);
  nlohmann::json set_tries(const std::vector<std::string>& words);
  nlohmann::json insert(bool now, unsigned client);
  void eject();
  void settle_insert(bool seen);
  nlohmann::json hold_named(std::string_view holder, std::string_view shape);
  Expected<void> hold(const std::string& folder, ShapeName shape);
  nlohmann::json state() const;
  nlohmann::json stats() const;

  Profile profile_;
  ReaderLink link_;
  ControlSocket control_;
  Meter meter_;
  std::map<std::string, std::unique_ptr<Chip>> cards_;  // by shape and folder: a card put down keeps its PIN counters
  Chip* card_ = nullptr;

  bool inserted_ = false, quit_ = false;
  Time connect_at_, ejected_at_;
  struct Waiting {
    unsigned client;
    Time until;
  };
  std::optional<Waiting> insert_waiting_;
  std::optional<Bytes> pending_;  // APDU not answered yet
  Time answer_at_;

  std::optional<std::uint8_t> die_ins_;
  bool hang_ = false;
  std::chrono::milliseconds delay_{0};
};

}  // namespace vcard
