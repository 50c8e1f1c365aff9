#pragma once

#include "signing/cades/cms_facts.h"
#include "signing/document.h"
#include "signing/stamp_coverage.h"

namespace shomei::signing {

/// One time-stamp attribute of a signer.
struct CadesStamp {
  /// The DER or BER of the whole ContentInfo, as it stands in the file.
  ByteView cms;
  /// Position among the SignerInfos, from 0.
  std::size_t signer;
  /// Position among that signer's unsigned attributes, from 0 (and among the values of that attribute).
  std::size_t attribute;
  std::size_t value;
};

/// EN 319 122-1 5.3 (signature-time-stamp: over the signature octets), 5.5.3 (archive-time-stamp-v3, with
/// ats-hash-index-v3 and its predecessor), 5.2.8 (content-time-stamp). `content`: what was signed, where it is
/// detached; null otherwise. An index that lists what is not there makes `why`. Errors: input.* of the content.
Result<StampCoverage> cades_coverage(const CadesStamp& stamp, DigestAlgorithm algorithm, const Document* content);

}  // namespace shomei::signing
