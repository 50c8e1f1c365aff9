#pragma once

#include "signing/prepare.h"

namespace shomei::signing {

/// `prepare` for the electronic prescription service (電子処方箋). The document is a CSV in UTF-8: one that begins with
/// an SJ record becomes a Prescription, signed over #PrescriptionDocument; one that begins with a CJ record a
/// Dispensing around the signed `request.prescription`, signed over #Dispensing. XAdES with the prefix xs, the document
/// part under inclusive C14N (no Transforms), KeyInfo and SignedProperties under exclusive C14N, KeyInfo with the
/// signer's certificate alone, SigningCertificateV2 without IssuerSerialV2. The prescription's bytes stay as they are.
/// Errors: input.* (input.malformed: not such a CSV, and what it looks like), xml.*, sign.unsupported (no prescription
/// where one is needed, or one that would not stand inside), sign.not_valid (the prescription was changed after
/// signing).
Result<Prepared> prepare_prescription(const SignRequest& request, const SignerCertificate& certificate, Time now);

/// What the CSV is: 'S' or 'C'. Errors: input.empty, input.malformed saying what is wrong.
Result<char> prescription_record(ByteView csv);

}  // namespace shomei::signing
