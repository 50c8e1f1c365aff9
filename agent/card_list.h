#pragma once

#include "agent/key_desk.h"
#include "base/json.h"
#include "cards/certificate_cache.h"

namespace shomei::agent {

/// What is in the readers as `shomei card list --json`:
/// `[{"reader", "state", "family", "uses", "details"}]`; state: present, empty, mute, busy; `details` has for each use
/// the holder's names, the certificate's end and hash, and the PIN's state with its tries left. Asks no PIN, spends no
/// try. Errors: card.no_service.
Result<OrderedJson> list_cards(cards::CertificateCache& cache);

/// The row of a configured PKCS#11 key in the same form; family pkcs11, one use.
OrderedJson token_row(KeyDesk& keys, cards::Use use);

}  // namespace shomei::agent
