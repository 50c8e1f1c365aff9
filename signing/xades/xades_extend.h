#pragma once

#include "signing/extend.h"

namespace shomei::signing {

/// `extend` for XML whose signatures were verified. Text is put into the bytes, nothing else changes. A signature that
/// stands in what another one signs, or before an archive time stamp that is over it, is left as it is and does not
/// count for the level. Errors: as there.
Result<Extended> extend_xades(Bytes xml, const ExtendRequest& request, Time now);

}  // namespace shomei::signing
