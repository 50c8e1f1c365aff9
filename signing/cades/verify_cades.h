#pragma once

#include "signing/verify.h"

namespace shomei::signing {

/// `verify` for a DER or BER ContentInfo. Errors: as there.
Result<VerifyReport> verify_cades(ByteView cms, const VerifyInputs& inputs);

}  // namespace shomei::signing
