#pragma once

#include "cards/channel.h"
#include "cards/cia.h"

namespace shomei::cards {

/// No file here comes near this; a card that gives more is not asked on.
inline constexpr std::size_t kMaxFileBytes = 16'384;

enum class Extent : std::uint8_t {
  kOneElement,   ///< one DER element; what follows is filler and is neither read on purpose nor returned
  kAllElements,  ///< DER elements to the end of the file or to filler
};

/// Reads a file of the current application: by short identifier in the first READ BINARY where the path is one, by
/// SELECT otherwise (ISO/IEC 7816-4, 11.2.2, 11.3.3). Errors: card.file_malformed (too large, or not what `extent`
/// says), card.no_progress, card.status (not found is one), those of Channel::transmit.
Result<Bytes> read_card_file(Channel& channel, const cia::Path& path, Extent extent);

/// The first `count` bytes of the file, or fewer if it is shorter; `count` at most 256.
Result<Bytes> read_card_file_start(Channel& channel, const cia::Path& path, std::size_t count);

/// SELECT of a file that is not to be read. Errors: card.status, those of Channel::transmit.
Result<void> select_card_file(Channel& channel, const cia::Path& path);

}  // namespace shomei::cards
