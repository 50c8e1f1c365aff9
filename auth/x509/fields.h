#pragma once

#include <string>

#include "base/clock.h"
#include "base/der.h"

namespace shomei::auth {

/// Of a CRL, of one of its entries, or of an OCSP answer (RFC 5280 4.1).
struct Extension {
  std::string oid;
  bool critical = false;
  ByteView value;
};

/// More than anybody writes.
inline constexpr std::size_t kMaxExtensions = 64;

/// The next one of an Extensions. Errors: der.malformed.
Result<Extension> read_extension(der::Reader& list);

/// The next Time (RFC 5280 5.1.2.4). Errors: der.malformed.
Result<Time> read_time(der::Reader& fields);

/// X.690 8.3.2: at least one octet, and the first nine bits are not all alike.
bool is_shortest_integer(ByteView content);

}  // namespace shomei::auth
