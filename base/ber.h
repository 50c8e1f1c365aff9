#pragma once

#include "base/bytes.h"

namespace shomei::der {

/// BER (X.690 8) as CMS allows it, with what der::Reader asks for: definite lengths in their shortest form, octet
/// strings in one piece. What was so already keeps its bytes; nothing else of DER (order of SET OF, defaults) is made.
/// One element with nothing after it. Errors: der.malformed.
Result<Bytes> from_ber(ByteView ber);

}  // namespace shomei::der
