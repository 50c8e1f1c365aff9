#pragma once

#include <vector>

#include "auth/x509/crl.h"
#include "base/der.h"

namespace shomei::auth {

/// A CRL taken apart; views into its DER.
struct CrlParts {
  ByteView to_be_signed{};
  ByteView signature{};
  ByteView issuer{};
  /// Value of issuingDistributionPoint, empty where it is absent.
  ByteView distribution_point{};
  /// Content of revokedCertificates, and in it the offset of each entry, in the order of their serial numbers.
  ByteView entries{};
  std::vector<std::uint32_t> index{};
  /// Indirect lists (RFC 5280 5.3.3): from the entry at this offset on, certificates of this issuer (GeneralNames).
  std::vector<std::pair<std::uint32_t, ByteView>> certificate_issuers{};
  CrlFacts facts{};
};

/// Errors: der.malformed with the byte offset.
Result<CrlParts> take_apart(ByteView der);

/// Serial number (content octets) of the entry that begins at this offset of `entries`.
ByteView entry_serial(ByteView entries, std::uint32_t offset);
CrlEntry entry_at(ByteView entries, std::uint32_t offset);

}  // namespace shomei::auth
