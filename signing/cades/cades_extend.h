#pragma once

#include "signing/extend.h"

namespace shomei::signing {

/// `extend` for a DER or BER ContentInfo whose signatures were verified: signature-time-stamp; certificates, CRLs and
/// OCSP responses of signer and TSAs in SignedData (EN 319 122-1 5.4.1, 5.4.2); archive-time-stamp-v3. What the file
/// holds stays as it is but for lengths, the order of sets, and the version where RFC 5652 5.1 asks for another. Files
/// that an archive time stamp binds in BER, or in an older form that is over the sets as a whole, are sign.unsupported.
/// Errors: as there.
Result<Extended> extend_cades(ByteView cms, const ExtendRequest& request, Time now);

}  // namespace shomei::signing
