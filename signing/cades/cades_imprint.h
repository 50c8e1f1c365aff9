#pragma once

#include "signing/cades/cms_layout.h"
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
  /// Among the signed attributes instead: content-time-stamp.
  bool is_signed = false;
};

/// EN 319 122-1 5.3 (signature-time-stamp: over the signature octets), 5.5.3 (archive-time-stamp-v3, with
/// ats-hash-index-v3, its predecessor v2 and that of TS 101 733), 5.2.8 (content-time-stamp). `content`: what was
/// signed, where it is detached; null otherwise. An index that lists what is not there, or that is by SHA-1 under a
/// better imprint, makes `why`, as does what cannot be read. Errors: input.* of the content.
Result<StampCoverage> cades_coverage(const CadesStamp& stamp, DigestAlgorithm algorithm, const Document* content);

/// What an archive-time-stamp-v3 of `signer` is over (5.5.3), digested: eContentType; the raw digest of the content;
/// version to signature; the value of the ats-hash-index.
Bytes archive_imprint(DigestAlgorithm algorithm, ByteView content_type, ByteView content_digest,
                      const CmsSignerLayout& signer, ByteView hash_index);

/// Value of a new ats-hash-index-v3 (5.5.2) over all that `cms` and `signer` hold.
Bytes ats_hash_index_v3(DigestAlgorithm algorithm, const CmsLayout& cms, const CmsSignerLayout& signer);

}  // namespace shomei::signing
