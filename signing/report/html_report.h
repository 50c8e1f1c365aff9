#pragma once

#include <string>

#include "signing/report/report.h"

namespace shomei::signing {

/// The report as one HTML page for people, to be read and printed: without scripts, without anything from elsewhere,
/// with a content security policy that lets nothing but its own style through. Texts of the file and its certificates
/// are shown, never obeyed (see Markup). UTF-8.
std::string html_report(const VerifyReport& report, Language language);

}  // namespace shomei::signing
