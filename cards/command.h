#pragma once

#include <array>

#include "base/bytes.h"
#include "base/pin.h"
#include "cards/status_word.h"

namespace shomei::cards {

/// Whether a command's data may be shown in a log.
enum class Redact : std::uint8_t { kNo, kYes };

/// Ne for "as much as there is" (ISO/IEC 7816-4, 5.2): Le 0000, or 00 in a short command.
inline constexpr std::size_t kAll = 65536;

/// A command before it is put into APDUs (ISO/IEC 7816-4, 5.1). `data` must outlive the call that sends it.
struct Command {
  std::uint8_t cla = 0x00;
  std::uint8_t ins = 0x00;
  std::uint8_t p1 = 0x00;
  std::uint8_t p2 = 0x00;
  ByteView data = {};
  /// Ne: bytes wanted back, 0 for none, at most kAll.
  std::size_t expected = 0;
  Redact redact = Redact::kNo;
};

/// Transmission protocol in use. It decides the form of short commands: with T=0 a command with data carries no Le.
enum class Protocol : std::uint8_t { kT0, kT1 };

/// One command APDU in a fixed buffer that is wiped when it goes: it may hold a PIN.
class Apdu {
 public:
  /// A padded block of an RSA key of 4096 bits is the longest data that anything here sends.
  static constexpr std::size_t kMaxData = 512;
  static constexpr std::size_t kMaxSize = 4 + 3 + kMaxData + 2;

  enum class Form : std::uint8_t { kShort, kExtended };

  /// kShort takes at most 255 bytes of data and cuts Ne to 256. Asserts that the data fit.
  Apdu(const Command& command, Form form, Protocol protocol);
  Apdu(const Apdu&) = delete;
  Apdu& operator=(const Apdu&) = delete;
  ~Apdu() { wipe(bytes_); }

  ByteView view() const { return {bytes_.data(), size_}; }

 private:
  void put(std::size_t byte) { bytes_[size_++] = static_cast<std::uint8_t>(byte); }
  void put_two(std::size_t number) {
    put(number >> 8);
    put(number);
  }
  void put_data(ByteView data);
  void put_short(const Command& command, Protocol protocol);
  void put_extended(const Command& command);

  std::array<std::uint8_t, kMaxSize> bytes_{};
  std::size_t size_ = 0;
};

/// A card's answer. Its data are reached only by deciding about its status word.
class [[nodiscard]] Response {
 public:
  Response(Bytes data, StatusWord status) : data_(std::move(data)), status_(status) {}

  [[nodiscard]] StatusWord status() const { return status_; }
  /// The data of an answer 9000. Errors: card.status naming `doing` and the status word.
  Result<Bytes> data(std::string_view doing) &&;
  /// The data whatever the status word is: for those who have judged it.
  Bytes data_of_judged() && { return std::move(data_); }

 private:
  Bytes data_;
  StatusWord status_;
};

/// card.status: "SELECT: 6A82 file or application not found".
std::unexpected<Error> refused(std::string_view doing, StatusWord status, const char* file = __builtin_FILE(),
                               int line = __builtin_LINE());

}  // namespace shomei::cards
