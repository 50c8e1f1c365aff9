#include "cards/atr.h"

#include <bit>

namespace shomei::cards {
namespace {

// T0's low half is the number of historical bytes; each T0 or TD announces by its upper half which of TA, TB, TC, TD
// come next.
std::optional<ByteView> historical_bytes(ByteView atr) {
  if (atr.size() < 2) {
    return std::nullopt;
  }
  const std::size_t count = atr[1] & 0x0F;
  std::size_t at = 2;
  std::uint8_t announced = atr[1] >> 4;
  while (announced != 0) {
    const bool another = (announced & 0x8) != 0;
    at += static_cast<std::size_t>(std::popcount(announced));
    if (at > atr.size()) {
      return std::nullopt;
    }
    announced = another ? static_cast<std::uint8_t>(atr[at - 1] >> 4) : std::uint8_t{0};
  }
  if (at + count > atr.size()) {
    return std::nullopt;
  }
  return atr.subspan(at, count);
}

}  // namespace

AtrCapabilities atr_capabilities(ByteView atr) {
  const auto historical = historical_bytes(atr);
  if (!historical || historical->empty() || (historical->front() != 0x00 && historical->front() != 0x80)) {
    return {};
  }
  ByteView rest = historical->subspan(1);
  while (!rest.empty()) {  // COMPACT-TLV: tag and length in one byte
    const std::size_t length = rest[0] & 0x0F;
    if (length >= rest.size()) {
      break;
    }
    if (rest[0] >> 4 == 0x7 && length >= 1) {
      const auto third = length >= 3 ? std::optional((rest[3] & 0x40) != 0) : std::nullopt;
      return {.short_identifiers = (rest[1] & 0x04) != 0, .extended_length = third};
    }
    rest = rest.subspan(1 + length);
  }
  return {};
}

}  // namespace shomei::cards
