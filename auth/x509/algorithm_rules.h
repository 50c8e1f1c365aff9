#pragma once

#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/x509/finding.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/result.h"
#include "base/signing_key.h"

namespace shomei {
class TomlTable;
}

namespace shomei::auth {

class KnownKeys;

struct SignatureRule {
  /// As `signature_algorithm` writes it.
  std::string algorithm{};
  /// The last second at which it counts; nothing: no sunset is known.
  std::optional<Time> not_after{};
};

struct KeyRule {
  KeyType type = KeyType::kRsa;
  int min_bits = 0;
  std::optional<Time> not_after{};
};

/// Signature algorithms and keys that count, and until when. What is in no row does not count.
struct AlgorithmRules {
  std::vector<SignatureRule> signatures{};
  /// A key counts as long as any row of its type lets it.
  std::vector<KeyRule> keys{};
  /// Keys that never count; may be null.
  std::shared_ptr<const KnownKeys> weak_keys{};

  static AlgorithmRules defaults();
  /// [[algorithms.signatures]] algorithm, not_after; [[algorithms.keys]] type ("RSA", "EC"), min_bits, not_after. Each
  /// list, where written, replaces the default one. `not_after` is a date in UTC ("2030-12-31", the whole day counts).
  /// weak_keys: files for KnownKeys::load. Errors: config.invalid, input.*.
  static Result<AlgorithmRules> read(const TomlTable& table);
  /// Moments at which a judgement by these rules may change: a kept verdict is not used past one of them.
  std::vector<Time> edges() const;
};

/// How long before its sunset an algorithm is warned of.
inline constexpr std::chrono::days kSunsetWarning{365};

/// The OID of a signature algorithm; RSASSA-PSS, whose OID says nothing of the digest (RFC 4055 3.1), with its digest
/// behind it: "1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.1". Parameters that cannot be read: the bare OID, which no
/// rule lets pass.
std::string signature_algorithm(const X509_ALGOR& identifier);
/// The same of a DER AlgorithmIdentifier; empty where it cannot be read.
std::string signature_algorithm(ByteView identifier);

/// The one judge of algorithms, for certificates, CRLs and OCSP answers alike: findings algorithm.refused (fail) and
/// algorithm.sunset (warn, in the last `kSunsetWarning`) at the validation time `at`, about the certificate at that
/// index of the path. `algorithm`: as `signature_algorithm` writes it, empty where no signature is judged (an
/// anchor's). `key`: null where no key is judged (a CRL's signer, whose key was judged with its path). Usable from
/// several threads.
std::vector<Finding> check_algorithm(const std::string& algorithm, EVP_PKEY* key, Time at, const AlgorithmRules& rules,
                                     std::size_t certificate = 0);

/// The same of a digest by itself: it counts as long as a signature algorithm of the list that uses it.
std::vector<Finding> check_digest(DigestAlgorithm digest, Time at, const AlgorithmRules& rules);

}  // namespace shomei::auth
