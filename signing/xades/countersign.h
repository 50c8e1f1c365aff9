#pragma once

#include "signing/prepare.h"
#include "signing/xml/xmldsig_facts.h"

namespace shomei::signing {

inline constexpr std::string_view kCountersignedType = "http://uri.etsi.org/01903#CountersignedSignature";

/// `prepare` for a counter-signature (EN 319 132-1 5.2.7.2): a ds:Signature over the SignatureValue of the one that
/// `request` names, in a CounterSignature at the end of its UnsignedSignatureProperties. All that stood in the file
/// before stays byte for byte. Errors: input.*, xml.*, sign.unsupported (no signature or several, not XAdES, a
/// SignatureValue without Id, a place that another signature or an archive time stamp covers), sign.not_valid.
Result<Prepared> prepare_countersignature(const SignRequest& request, const SignerCertificate& certificate, Time now);

/// The signature in whose CounterSignature property this one stands; null for any other.
const xmlNode* countersigned_by_place(const xmlNode* signature);

}  // namespace shomei::signing
