#pragma once

#include "signing/document.h"

namespace shomei::signing {

/// Whether the file is XML with a ds:Signature or a CMS with a signer. False for what cannot be read as either, and for
/// what is larger than any signature file.
bool holds_signature(const Document& file);

}  // namespace shomei::signing
