#pragma once

#include <optional>

#include "base/bytes.h"

namespace shomei::cards {

/// Card capabilities (tag 7) among the historical bytes of an ATR (ISO/IEC 7816-4, 12.1.1; ISO/IEC 7816-3, 8.2), each
/// nothing where the ATR does not say. They save vain attempts and decide nothing else: cards are known by their
/// applications.
struct AtrCapabilities {
  /// First software function, bit 3: short EF identifiers.
  std::optional<bool> short_identifiers = {};
  /// Third software function, bit 7: extended Lc and Le.
  std::optional<bool> extended_length = {};
  friend bool operator==(const AtrCapabilities&, const AtrCapabilities&) = default;
};
AtrCapabilities atr_capabilities(ByteView atr);

}  // namespace shomei::cards
