#pragma once

#include <openssl/ssl.h>

#include <filesystem>

#include "base/result.h"

namespace shomei::http {

/// Gives the context a certificate (PEM, leaf first, then the chain; or one in DER) and its private key (PEM or DER,
/// not encrypted: nobody is asked for a passphrase). Errors: input.*, input.not_certificate, key.unsuitable.
Result<void> use_identity(SSL_CTX* context, const std::filesystem::path& certificate, const std::filesystem::path& key);

}  // namespace shomei::http
