#pragma once

#include "signing/verify.h"
#include "tests/conformance/conformance.h"

namespace shomei::conformance {

/// What stays of a report when only the signature itself is asked about: format, references, value and certificate
/// identity, not the certificate's path.
bool is_sound(const signing::SignatureReport& signature);

/// Indications and failing findings, for people.
std::string shown(const Result<signing::VerifyReport>& report);

}  // namespace shomei::conformance
