#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/digest.h"

namespace shomei::signing {

/// TSTInfo of RFC 3161 2.4.2 with ESSCertIDv2 of RFC 5816: what a time-stamping authority signs.
struct TstInfo {
  /// OID of the policy under which the stamp was made.
  std::string policy{};
  /// messageImprint: the algorithm's OID, the algorithm where it is one of ours (then the digest has its length), and
  /// the raw digest.
  std::string imprint_oid{};
  std::optional<DigestAlgorithm> imprint_algorithm{};
  Bytes imprint{};
  /// Lower-case hexadecimal of the INTEGER's content octets.
  std::string serial{};
  /// genTime without its fraction.
  Time time{};
  /// What the clock may be wrong by, either way; nothing where the token does not say.
  std::optional<std::chrono::microseconds> accuracy{};
  bool ordering = false;
  /// Content octets of the INTEGER; empty where absent.
  Bytes nonce{};
  /// The TSA's own name as the token gives it (RFC 4514 for a directoryName; "DNS:…", "URI:…", …): a hint, what
  /// identifies is the signing-certificate attribute. Empty where absent.
  std::string tsa{};
};

/// DER of one TSTInfo, version 1. An extension that is critical is one that we do not know. Errors:
/// timestamp.malformed.
Result<TstInfo> read_tst_info(ByteView der);

}  // namespace shomei::signing
