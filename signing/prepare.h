#pragma once

#include <functional>

#include "base/clock.h"
#include "signing/document_signer.h"
#include "signing/signer_certificate.h"

namespace shomei::signing {

/// A signature but for its value: documents are read and digested, no key was used. Whoever holds the key (a card, an
/// HSM, a service far away) gets `digest` and `algorithm`, and `finish` takes what comes back.
struct Prepared {
  SignatureAlgorithm algorithm;
  /// Raw, by `algorithm.digest`: of SignedInfo's canonical form (XML-DSig 4.4.1) or of the DER of the signed attributes
  /// (RFC 5652 5.4).
  Bytes digest;
  /// DER; the value must be of this certificate's key.
  Bytes certificate;
  /// What was wished for.
  Level level = Level::kB;
  /// The whole file around a value (RSA big-endian, EC r || s).
  std::function<Bytes(ByteView value)> assemble;
};

/// Reads and digests all that `request` names; `now` becomes the claimed signing time. Errors: input.*, xml.*, cms.*,
/// sign.unsupported, sign.not_valid.
Result<Prepared> prepare(const XmlLibrary&, const SignRequest& request, const SignerCertificate& certificate, Time now);

/// Puts the value in. Errors: crypto.failed (it was not made by the certificate's key over the digest: a card of
/// another person, a broken chip).
Result<SignedDocument> finish(const Prepared& prepared, ByteView value);

}  // namespace shomei::signing
