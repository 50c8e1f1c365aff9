#include "http/tls_identity.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/openssl.h"

namespace shomei::http {

Result<void> use_identity(SSL_CTX* context, const std::filesystem::path& certificate,
                          const std::filesystem::path& key) {
  for (const auto* file : {&certificate, &key}) {
    if (::access(file->c_str(), R_OK) != 0) {
      return fail(errno == ENOENT ? Code::kInputNotFound : Code::kInputUnreadable,
                  fmt::format("{}: {}", file->native(), std::strerror(errno)));
    }
  }
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1 &&
      SSL_CTX_use_certificate_file(context, certificate.c_str(), SSL_FILETYPE_ASN1) != 1) {
    return std::unexpected(openssl_error(certificate.native(), Code::kInputNotCertificate));
  }
  // OpenSSL would ask at the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 &&
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_ASN1) != 1) {
    return std::unexpected(openssl_error(key.native(), Code::kKeyUnsuitable));
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return std::unexpected(openssl_error("the TLS key does not belong to the certificate", Code::kKeyUnsuitable));
  }
  ERR_clear_error();
  return {};
}

}  // namespace shomei::http
