#pragma once

#include "auth/x509/validate.h"
#include "signing/report/report.h"
#include "signing/xades/xades_facts.h"

namespace shomei::signing {

/// Adds the path's certificates and the lists and answers that decided about them to the report, each once. DER above
/// one MiB is left out.
void note_objects(const auth::ValidationReport& path, const auth::ValidationInputs& evidence, SignatureReport& report);

/// Adds the time stamps, and says of every object whether the file carries it and since when it is proved to exist.
void finish_objects(const CarriedEvidence& carried, const auth::ProofsOfExistence& proofs, SignatureReport& report);

/// SHA-256, lower-case hex, of all that the file carries.
std::vector<std::string> carried_hashes(const CarriedEvidence& carried);

}  // namespace shomei::signing
