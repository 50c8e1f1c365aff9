#pragma once

#include "signing/prepare.h"

namespace shomei::signing {

/// RFC 5652 11.4.
inline constexpr std::string_view kCounterSignatureOid = "1.2.840.113549.1.9.6";

/// `prepare` for CAdES-B (EN 319 122-1 6.3): DER ContentInfo with SignedData, one SignerInfo with content-type,
/// message-digest, signing-time and signing-certificate-v2 (with issuerSerial), certificate and chain embedded. The
/// content is digested in pieces and stays outside. kParallel with `signed_file`: a further SignerInfo in there, over
/// the same content. kCounter: a SignerInfo over the signature octets of the one that `request` names, in its unsigned
/// attributes (EN 319 122-1 5.2.7). Of what a file held, every SignerInfo and certificate stays byte for byte.
/// Errors: input.*, cms.malformed, der.malformed, sign.unsupported, sign.not_valid (the file's signature is over
/// another document).
Result<Prepared> prepare_cades(const SignRequest& request, const SignerCertificate& certificate, Time now);

}  // namespace shomei::signing
