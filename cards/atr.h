#pragma once

#include <optional>

#include "base/bytes.h"

namespace shomei::cards {

/// Whether the card takes extended Lc and Le, from the card capabilities (tag 7, third software function, bit 7) among
/// the historical bytes of the ATR (ISO/IEC 7816-4, 12.1.1; ISO/IEC 7816-3, 8.2). Nothing where the ATR does not say or
/// cannot be read. An ATR decides nothing else here: cards are known by their applications.
std::optional<bool> atr_extended_length(ByteView atr);

}  // namespace shomei::cards
