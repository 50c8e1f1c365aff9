#include "tests/vcard/meter.h"

#include <sys/stat.h>
#include <algorithm>
#include <array>

namespace vcard {
namespace {

// VERIFY (20, 21), CHANGE REFERENCE DATA (24, 25), RESET RETRY COUNTER (2C, 2D)
bool carries_pin(View apdu) {
  constexpr std::array<std::uint8_t, 6> kWithPin{0x20, 0x21, 0x24, 0x25, 0x2C, 0x2D};
  return apdu.size() >= 2 && std::ranges::find(kWithPin, apdu[1]) != kWithPin.end();
}

}  // namespace

void Meter::command(View apdu) {
  ++totals_.apdus;
  totals_.bytes_to_card += apdu.size();
  if (apdu.size() >= 2) {
    ++totals_.by_ins[to_hex(apdu.subspan(1, 1))];
  }
  if (carries_pin(apdu) && apdu.size() > 4) {
    line(">", to_hex(apdu.first(4)) + "**");
  } else {
    line(">", to_hex(apdu));
  }
}

void Meter::answer(View apdu) {
  totals_.bytes_from_card += apdu.size();
  line("<", to_hex(apdu));
}

void Meter::event(std::string_view text) {
  line("#", text);
}

bool Meter::trace_to(const std::string& path) {
  trace_.close();
  trace_.clear();
  const mode_t old = ::umask(0077);
  trace_.open(path, std::ios::app);
  ::umask(old);
  return trace_.is_open();
}

void Meter::line(std::string_view mark, std::string_view text) {
  if (trace_.is_open()) {
    trace_ << mark << ' ' << text << std::endl;
  }
}

}  // namespace vcard
