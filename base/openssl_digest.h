#pragma once

#include <openssl/evp.h>

#include "base/digest.h"

namespace shomei {

/// OpenSSL's object for the algorithm; lives as long as the process.
const EVP_MD* native_digest(DigestAlgorithm algorithm);

}  // namespace shomei
