#pragma once

#include "base/bytes.h"

namespace shomei::cards {

/// The few facts of a certificate that choosing and using a card's key needs; judging it is not done here.
struct CertificateLook {
  /// basicConstraints.cA (RFC 5280, 4.2.1.9).
  bool is_ca = false;
  /// keyUsage says nonRepudiation / contentCommitment (4.2.1.3): a certificate for signatures.
  bool non_repudiation = false;
  /// Length of the RSA modulus; 0 for other keys.
  std::size_t modulus_bytes = 0;
  /// From the first byte of the DER to the end of issuer, hence with the serial number.
  std::size_t identity_bytes = 0;
};

/// `der` is one certificate without anything behind it. Errors: card.file_malformed.
Result<CertificateLook> look_at_certificate(ByteView der);

}  // namespace shomei::cards
