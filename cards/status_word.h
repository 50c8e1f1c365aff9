#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace shomei::cards {

/// SW1 SW2 of a response (ISO/IEC 7816-4, 5.6). Whoever gets one decides about it.
class [[nodiscard]] StatusWord {
 public:
  constexpr explicit StatusWord(std::uint16_t value) : value_(value) {}

  constexpr std::uint16_t value() const { return value_; }
  constexpr std::uint8_t sw1() const { return static_cast<std::uint8_t>(value_ >> 8); }
  constexpr std::uint8_t sw2() const { return static_cast<std::uint8_t>(value_); }
  constexpr bool ok() const { return value_ == 0x9000; }
  /// x of 63Cx: tries left.
  constexpr std::optional<std::uint8_t> counter() const {
    return (value_ & 0xFFF0) == 0x63C0 ? std::optional(static_cast<std::uint8_t>(value_ & 0xF)) : std::nullopt;
  }
  friend constexpr bool operator==(StatusWord, StatusWord) = default;

 private:
  std::uint16_t value_;
};

namespace sw {
inline constexpr StatusWord kOk{0x9000}, kEndOfFile{0x6282}, kDeactivated{0x6283}, kNoCounter{0x6300},
    kWrongLength{0x6700}, kSecurityStatus{0x6982}, kBlocked{0x6983}, kReferenceDataUnusable{0x6984},
    kConditions{0x6985}, kWrongData{0x6A80}, kFileNotFound{0x6A82}, kReferenceNotFound{0x6A88}, kOffsetOutside{0x6B00};
}

/// "6A82 file or application not found", for details of errors.
std::string describe(StatusWord status);

}  // namespace shomei::cards
