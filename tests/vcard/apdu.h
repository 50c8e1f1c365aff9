#pragma once

#include "tests/vcard/bytes.h"

namespace vcard {

// Status words of ISO/IEC 7816-4 that this card uses.
enum class Status : std::uint16_t {
  ok = 0x9000,
  end_of_file = 0x6282,
  mismatch = 0x6300,  // 63Cx: see tries_left
  wrong_length = 0x6700,
  no_channels = 0x6881,
  no_secure_messaging = 0x6882,
  last_of_chain_expected = 0x6883,
  no_chaining = 0x6884,
  wrong_file_type = 0x6981,
  security_status = 0x6982,
  method_blocked = 0x6983,
  reference_data_unusable = 0x6984,
  conditions = 0x6985,
  no_current_file = 0x6986,
  wrong_data = 0x6A80,
  file_not_found = 0x6A82,
  tlv_length = 0x6A85,
  wrong_p1_p2 = 0x6A86,
  wrong_lc = 0x6A87,
  no_reference_data = 0x6A88,
  wrong_offset = 0x6B00,
  unknown_ins = 0x6D00,
  unknown_cla = 0x6E00,
  broken = 0x6F00,
};

Status tries_left(unsigned tries);  // 63Cx

struct Command {
  std::uint8_t cla = 0, ins = 0, p1 = 0, p2 = 0;
  Bytes data;
  std::size_t le = 0;   // bytes the host can take; 256 or 65536 for a zero Le; 0: no Le field
  bool le_all = false;  // the Le field was zero: everything there is
  bool extended = false;
  bool chained = false;  // more parts follow (CLA bit 5)
};

// ISO/IEC 7816-4 clause 5.2, cases 1 to 4, short and extended. wrong_length when the fields and the size disagree.
std::expected<Command, Status> parse_command(View apdu);

struct Answer {
  Bytes data;
  Status status = Status::ok;
  Answer(Status only) : status(only) {}  // implicit: handlers return plain statuses
  Answer(Bytes bytes, Status with) : data(std::move(bytes)), status(with) {}
  Bytes encode() const;
};

}  // namespace vcard
