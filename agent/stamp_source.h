#pragma once

#include <memory>

#include "agent/config.h"
#include "base/clock.h"
#include "signing/tsp/timestamp_source.h"

namespace shomei::agent {

/// A client of the configured authorities; null where there are none. `clock` outlives it. Errors: config.invalid (a
/// URL that is neither http nor https, https without tls_ca, no OID), input.* and key.unsuitable for the files.
Result<std::unique_ptr<signing::TimestampSource>> make_stamp_source(const TimestampConfig& config, const Clock& clock);

}  // namespace shomei::agent
