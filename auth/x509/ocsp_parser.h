#pragma once

#include "auth/x509/ocsp.h"
#include "base/der.h"

namespace shomei::auth {

/// An OCSP response taken apart; views into its DER.
struct OcspParts {
  ByteView to_be_signed{};
  /// AlgorithmIdentifier and BIT STRING, whole.
  ByteView algorithm{};
  ByteView signature{};
  /// responderID: a DER Name, or SHA-1 of the key.
  ByteView responder_name{};
  ByteView responder_key{};
  std::vector<Certificate> certificates{};
  OcspFacts facts{};
};

/// Errors: der.malformed or input.not_certificate, with the byte offset.
Result<OcspParts> take_apart_ocsp(ByteView der);

}  // namespace shomei::auth
