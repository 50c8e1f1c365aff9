#include "cards/command.h"

#include <fmt/format.h>

#include <algorithm>

namespace shomei::cards {
namespace {

struct Meaning {
  std::uint16_t value;
  std::string_view text;
};

// ISO/IEC 7816-4, table 6 and 7, as far as JAHIS 24-002 annex C names them.
constexpr Meaning kMeanings[] = {{0x6282, "end of file reached"},
                                 {0x6283, "file deactivated"},
                                 {0x6300, "verification failed"},
                                 {0x6700, "wrong length"},
                                 {0x6881, "logical channel not supported"},
                                 {0x6882, "secure messaging not supported"},
                                 {0x6884, "command chaining not supported"},
                                 {0x6981, "command does not fit the file"},
                                 {0x6982, "security status not satisfied"},
                                 {0x6983, "authentication method blocked"},
                                 {0x6984, "reference data not usable"},
                                 {0x6985, "conditions of use not satisfied"},
                                 {0x6986, "no current file"},
                                 {0x6A80, "wrong data"},
                                 {0x6A81, "function not supported"},
                                 {0x6A82, "file or application not found"},
                                 {0x6A85, "Nc does not fit the TLV structure"},
                                 {0x6A86, "wrong P1 P2"},
                                 {0x6A87, "Nc does not fit P1 P2"},
                                 {0x6A88, "referenced data not found"},
                                 {0x6B00, "offset outside the file"},
                                 {0x6D00, "instruction not supported"},
                                 {0x6E00, "class not supported"},
                                 {0x9000, "ok"}};

}  // namespace

std::string describe(StatusWord status) {
  const auto* const found = std::ranges::find(kMeanings, status.value(), &Meaning::value);
  return fmt::format("{:04X}{}{}", status.value(), found != std::end(kMeanings) ? " " : "",
                     found != std::end(kMeanings) ? found->text : "");
}

std::unexpected<Error> refused(std::string_view doing, StatusWord status, const char* file, int line) {
  return fail(Code::kCardStatus, fmt::format("{}: {}", doing, describe(status)), file, line);
}

Result<Bytes> Response::data(std::string_view doing) && {
  if (!status_.ok()) {
    return refused(doing, status_);
  }
  return std::move(data_);
}

Apdu::Apdu(const Command& command, Form form, Protocol protocol) {
  SHOMEI_CHECK(command.data.size() <= (form == Form::kShort ? 255 : kMaxData) && command.expected <= kAll);
  for (const std::uint8_t byte : {command.cla, command.ins, command.p1, command.p2}) {
    put(byte);
  }
  form == Form::kShort ? put_short(command, protocol) : put_extended(command);
}

void Apdu::put_data(ByteView data) {
  std::ranges::copy(data, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += data.size();
}

// With T=0 there is one P3: Lc, or Le, or 00 (ISO/IEC 7816-3, 12.2.2); the data of a case 4 come by GET RESPONSE.
void Apdu::put_short(const Command& command, Protocol protocol) {
  const bool one_length = protocol == Protocol::kT0;
  if (!command.data.empty()) {
    put(command.data.size());
    put_data(command.data);
  }
  if (command.expected != 0 && !(one_length && !command.data.empty())) {
    put(std::min<std::size_t>(command.expected, 256));
  } else if (one_length && command.data.empty()) {
    put(0);
  }
}

void Apdu::put_extended(const Command& command) {
  if (!command.data.empty()) {
    put(0);
    put_two(command.data.size());
    put_data(command.data);
  }
  if (command.expected != 0) {
    if (command.data.empty()) {
      put(0);
    }
    put_two(command.expected);
  }
}

}  // namespace shomei::cards
