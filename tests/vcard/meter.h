#pragma once

#include "tests/vcard/bytes.h"

#include <fstream>
#include <map>

namespace vcard {

// Counts APDUs and bytes, and writes them down where asked. What carries a PIN is never written.
class Meter {
 public:
  struct Totals {
    std::uint64_t apdus = 0, bytes_to_card = 0, bytes_from_card = 0;
    std::map<std::string, std::uint64_t> by_ins;  // INS in hexadecimal
  };

  void command(View apdu);
  void answer(View apdu);
  void event(std::string_view text);
  const Totals& totals() const { return totals_; }
  void reset() { totals_ = {}; }
  bool trace_to(const std::string& path);  // appends; false when it cannot be opened
  void stop_trace() { trace_.close(); }

 private:
  void line(std::string_view mark, std::string_view text);

  Totals totals_;
  std::ofstream trace_;
};

}  // namespace vcard
