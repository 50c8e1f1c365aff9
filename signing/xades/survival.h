#pragma once

#include "signing/policy.h"
#include "signing/xml/xmldsig_reference.h"

namespace shomei::signing {

/// Whether every signature of `before` covers in `after`, where something was put in or around it, what it covered in
/// `before`. Files beside the document are not looked at. Errors: xml.*, work.budget_spent, sign.not_valid (a signature
/// of `before` does not fit its content already), sign.unsupported (one of them would no longer).
Result<void> signatures_survive(ByteView before, ByteView after, const Limits& limits);

}  // namespace shomei::signing
