#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"

namespace shomei::signing {

/// What an RFC 3161 time-stamp token says of itself, unchecked.
struct TimestampClaim {
  std::optional<Time> time;
  /// commonName of the certificate that made it, where the token holds it.
  std::string tsa;
};

/// Empty where `token` is not a DER TimeStampToken.
TimestampClaim read_timestamp(ByteView token);

}  // namespace shomei::signing
