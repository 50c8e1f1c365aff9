#pragma once

#include "base/clock.h"
#include "signing/document_signer.h"
#include "signing/signer_certificate.h"

namespace shomei::signing {

/// XAdES-B (EN 319 132-1 6.3): exclusive C14N, SHA-256; SigningTime, SigningCertificateV2 with IssuerSerialV2,
/// DataObjectFormat; KeyInfo with certificate and chain.
/// Enveloped: the document's bytes stay as they are and the Signature is put before the root's end tag; the reference
/// is
/// "" with enveloped-signature and exclusive C14N. Enveloping: an Object with the root element of an XML document, or
/// with the bytes in base64 and the base64 transform. Detached: a file of its own whose reference is the document's
/// name. Errors: input.*, xml.*, sign.unsupported (enveloped into what is signed already), and what the key gives.
Result<Bytes> build_xades(const SignRequest& request, SigningKey& key, const SignerCertificate& certificate, Time now);

}  // namespace shomei::signing
