#pragma once

#include "base/bytes.h"
#include "base/digest.h"

namespace shomei::signing {

/// Where time stamps come from (RFC 3161).
class TimestampSource {
 public:
  virtual ~TimestampSource() = default;
  /// A DER TimeStampToken over the raw `digest`, checked as far as the answer to a question goes: imprint, nonce,
  /// policy, and the TSA's signature by a certificate that the token holds. Whether that TSA is trusted is the
  /// verifier's question. Errors: net.*, timestamp.refused, timestamp.malformed.
  virtual Result<Bytes> stamp(DigestAlgorithm algorithm, ByteView digest) = 0;
};

}  // namespace shomei::signing
