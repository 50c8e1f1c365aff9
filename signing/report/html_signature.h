#pragma once

#include "signing/report/markup.h"
#include "signing/report/report.h"

namespace shomei::signing {

/// "good", "open", "bad": classes that colour a verdict; its words stand beside them.
Literal verdict_class(Indication indication);

/// The section of one signature.
Markup html_signature(const VerifyReport& report, std::size_t index, Language language);

}  // namespace shomei::signing
