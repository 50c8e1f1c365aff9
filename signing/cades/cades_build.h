#pragma once

#include "signing/prepare.h"

namespace shomei::signing {

/// `prepare` for CAdES-B (EN 319 122-1 6.3), detached: DER ContentInfo with SignedData, one SignerInfo with
/// content-type, message-digest, signing-time and signing-certificate-v2 (with issuerSerial), certificate and chain
/// embedded. The content is digested in pieces. Errors: input.*, sign.unsupported.
Result<Prepared> prepare_cades(const SignRequest& request, const SignerCertificate& certificate, Time now);

}  // namespace shomei::signing
