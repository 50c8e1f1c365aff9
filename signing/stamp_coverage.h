#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace shomei::signing {

/// What one time stamp of a signature is over, computed from the file in either format; whether the token says the
/// same is the judge's question.
struct StampCoverage {
  /// Raw digests, by the token's imprint algorithm, of which any counts: readings of the standards differ in details.
  /// Empty where nothing could be computed, for the reason in `why`.
  std::vector<Bytes> digests;
  std::string why;
  /// The signature value is covered (all but content time stamps), and the signed data itself (archive time stamps).
  bool signature = false;
  bool signed_data = false;
  /// SHA-256, lower-case hex, of the certificates, CRLs, OCSP responses and time-stamp tokens (DER) that are covered.
  std::vector<std::string> objects;
};

}  // namespace shomei::signing
