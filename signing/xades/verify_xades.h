#pragma once

#include "signing/verify.h"

namespace shomei::signing {

/// `verify` for XML. Errors: as there.
Result<VerifyReport> verify_xades(ByteView xml, const VerifyInputs& inputs);

}  // namespace shomei::signing
