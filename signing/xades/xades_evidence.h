#pragma once

#include "signing/evidence_data.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {

/// What stands in `node` and below in the elements of XML-DSig and XAdES that are made for it: X509Certificate,
/// X509CRL, Encapsulated… values; `inside_tokens`: also what the time-stamp tokens hold. Entries that are not base64
/// are passed over.
EvidenceData evidence_in(const xmlNode* node, bool inside_tokens);

}  // namespace shomei::signing
