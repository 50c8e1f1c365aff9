#pragma once

#include "base/bytes.h"
#include "base/openssl.h"

namespace shomei::auth {

/// Whether the key signed these bytes as they stand. `algorithm`: DER AlgorithmIdentifier, whose parameters count for
/// RSASSA-PSS (RFC 4055); `signature`: DER BIT STRING. False for whatever cannot be read and for a null key.
bool is_signed(ByteView to_be_signed, ByteView algorithm, ByteView signature, EVP_PKEY* key);

}  // namespace shomei::auth
