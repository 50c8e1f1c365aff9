#include "tests/vcard/apdu.h"

namespace vcard {
namespace {

std::size_t be16(View bytes, std::size_t at) {
  return static_cast<std::size_t>(bytes[at] << 8U | bytes[at + 1]);
}

void set_le(Command& command, std::size_t value) {
  command.le_all = value == 0;
  command.le = value != 0 ? value : command.extended ? 0x10000 : 0x100;
}

bool parse_short(Command& command, View body) {
  if (body.size() == 1) {
    set_le(command, body[0]);
    return true;
  }
  const std::size_t lc = body[0];
  if (lc == 0 || body.size() < 1 + lc || body.size() > 2 + lc) {
    return false;
  }
  command.data.assign(body.begin() + 1, body.begin() + 1 + static_cast<std::ptrdiff_t>(lc));
  if (body.size() == 2 + lc) {
    set_le(command, body.back());
  }
  return true;
}

bool parse_extended(Command& command, View body) {
  command.extended = true;
  if (body.size() == 3) {
    set_le(command, be16(body, 1));
    return true;
  }
  const std::size_t lc = be16(body, 1);
  if (lc == 0 || (body.size() != 3 + lc && body.size() != 5 + lc)) {
    return false;
  }
  command.data.assign(body.begin() + 3, body.begin() + 3 + static_cast<std::ptrdiff_t>(lc));
  if (body.size() == 5 + lc) {
    set_le(command, be16(body, 3 + lc));
  }
  return true;
}

}  // namespace

Status tries_left(unsigned tries) {
  return static_cast<Status>(0x63C0U | tries);
}

std::expected<Command, Status> parse_command(View apdu) {
  if (apdu.size() < 4) {
    return std::unexpected(Status::wrong_length);
  }
  Command command;
  command.cla = apdu[0];
  command.ins = apdu[1];
  command.p1 = apdu[2];
  command.p2 = apdu[3];
  command.chained = (command.cla & 0xF0U) == 0x10;
  const View body = apdu.subspan(4);
  if (body.empty()) {
    return command;
  }
  const bool extended = body.size() >= 3 && body[0] == 0;
  if (!(extended ? parse_extended(command, body) : parse_short(command, body))) {
    return std::unexpected(Status::wrong_length);
  }
  return command;
}

Bytes Answer::encode() const {
  Bytes out = data;
  out.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(status) >> 8U));
  out.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(status)));
  return out;
}

}  // namespace vcard
