#pragma once

#include "signing/tsp/timestamp_token.h"

namespace shomei::signing {

/// What a TSA is asked (RFC 3161 2.4.1); certReq is always true.
struct TimestampQuestion {
  DigestAlgorithm algorithm = DigestAlgorithm::kSha256;
  /// Raw, of the algorithm's length.
  Bytes digest{};
  /// OID of the policy that the stamp must be made under; empty: any.
  std::string policy{};
  /// Content octets of a DER INTEGER.
  Bytes nonce{};
};

/// With a fresh nonce of 64 random bits.
TimestampQuestion timestamp_question(DigestAlgorithm algorithm, ByteView digest, std::string policy);

/// DER TimeStampReq.
Bytes timestamp_query(const TimestampQuestion& question);

/// The token of a DER TimeStampResp (2.4.2). Errors: timestamp.refused with PKIStatus, statusString and failInfo;
/// timestamp.malformed.
Result<Bytes> timestamp_reply(ByteView der);

/// Reads a token and holds it against the question: imprint, nonce, policy, and a signature by a certificate that the
/// token holds. Errors: timestamp.malformed, with its own text for each; input.too_large.
Result<TimestampToken> answer_to(const TimestampQuestion& question, ByteView token);

}  // namespace shomei::signing
