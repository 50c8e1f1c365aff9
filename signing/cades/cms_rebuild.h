#pragma once

#include "signing/cades/cms_layout.h"

namespace shomei::signing {

/// The SignerInfo with one more unsigned attribute of one value. DER.
Bytes with_unsigned_attribute(const CmsSignerLayout& signer, std::string_view type, ByteView value);

/// The ContentInfo with `signer` (by position) replaced by a DER SignerInfo. DER.
Bytes with_signer(const CmsLayout& cms, std::size_t signer, ByteView replacement);

/// The ContentInfo with what of `data` it does not hold yet in certificates and crls; OCSP responses as
/// id-ri-ocsp-response (RFC 5940), for which the version becomes 5 (RFC 5652 5.1). DER.
Bytes with_evidence(const CmsLayout& cms, const EvidenceData& data);

}  // namespace shomei::signing
