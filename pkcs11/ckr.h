#pragma once

#include <string_view>

#include "base/error.h"

namespace shomei::pkcs11 {

/// The code for a return value of PKCS#11 (v2.40, 5.1). What has no code of its own is pkcs11.failed: among it
/// CKR_GENERAL_ERROR, which drivers also give for a card that is gone, so ask whether the token is still there.
Code code_of(unsigned long ckr);

/// Drains this thread's OpenSSL error queue, where libp11 leaves the CKR value, into one Error. Call right after the
/// call that failed; `what` names it.
Error module_error(std::string_view what, const char* file = __builtin_FILE(), int line = __builtin_LINE());

}  // namespace shomei::pkcs11
