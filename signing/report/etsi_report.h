#pragma once

#include <string>

#include "signing/report/report.h"

namespace shomei::signing {

/// The report as ETSI TS 119 102-2 V1.2.1 ValidationReport (UTF-8), for programs: one SignatureValidationReport for
/// each signature, and every validation object once. Texts of findings in `language`. What is not known stands nowhere.
/// A file without any signature is a report with a status alone (the schema asks for one).
std::string etsi_report(const VerifyReport& report, Language language);

}  // namespace shomei::signing
