#pragma once

#include "signing/report/markup.h"
#include "signing/report/report.h"

namespace shomei::signing {

/// The technical particulars of a signature, folded: algorithms, digests, policy, every certificate, list, answer and
/// time stamp that was looked at, with fingerprints.
Markup html_details(const SignatureReport& signature, Language language);

}  // namespace shomei::signing
