#pragma once

#include "tests/vcard/profile.h"

namespace vcard {

// What sits behind the contacts. One family of cards, one implementation; the rest of the program does not know which.
class Chip {
 public:
  virtual ~Chip() = default;
  virtual Bytes atr() const = 0;
  virtual void reset() = 0;  // power off, power on or reset: volatile state is gone, PIN counters stay
  virtual Bytes transmit(View apdu) = 0;

  struct Counts {
    unsigned wrong_pins = 0, signatures = 0;
  };
  virtual Counts counts() const = 0;
  virtual void reset_counts() = 0;
  virtual std::string selected() const = 0;                  // name of the application, empty for none
  virtual std::optional<unsigned> tries(Use use) const = 0;  // left; nothing if there is no such application
  virtual bool set_tries(Use use, unsigned left) = 0;
};

}  // namespace vcard
