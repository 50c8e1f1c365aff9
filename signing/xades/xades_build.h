#pragma once

#include "signing/prepare.h"

namespace shomei::signing {

/// `prepare` for XAdES. Enveloped: the document's bytes stay as they are and the Signature is put before the root's end
/// tag; the reference is "" with enveloped-signature and exclusive C14N. Enveloping: an Object with the root element of
/// an XML document, or with the bytes in base64 and the base64 transform. Detached: a file of its own whose reference
/// is the document's name. Errors: input.*, xml.*, sign.unsupported (enveloped into what is signed already).
Result<Prepared> prepare_xades(const SignRequest& request, const SignerCertificate& certificate, Time now);

}  // namespace shomei::signing
