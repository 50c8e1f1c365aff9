#pragma once

#include "base/clock.h"
#include "signing/document.h"
#include "signing/signer_certificate.h"

namespace shomei::signing {

/// CAdES-B (EN 319 122-1 6.3), detached: DER ContentInfo with SignedData, one SignerInfo with content-type,
/// message-digest, signing-time and signing-certificate-v2 (with issuerSerial), certificate and chain embedded. The
/// content is digested in pieces. Errors: input.*, and what the key gives.
Result<Bytes> build_cades(const Document& content, SigningKey& key, const SignerCertificate& certificate, Time now);

}  // namespace shomei::signing
