#pragma once

#include <string>
#include <vector>

#include "auth/x509/crl.h"
#include "base/openssl.h"

namespace shomei::auth {

/// A fresh P-256 key.
OwnedPkey forge_key();

/// A certificate that a test makes up: valid from 2026-01-01 to 2027-01-01.
struct Forgery {
  std::string subject;
  std::string issuer;
  EVP_PKEY* key = nullptr;
  EVP_PKEY* issuer_key = nullptr;
  long serial = 1;
  bool ca = true;
  /// OpenSSL's configuration syntax: {"keyUsage", "critical,keyCertSign"}.
  std::vector<std::pair<std::string, std::string>> extensions{};
};
Certificate forge(const Forgery& what);

struct ForgedCrl {
  std::string issuer;
  EVP_PKEY* key = nullptr;
  std::string this_update = "20260101000000Z";
  std::string next_update = "20270101000000Z";
  /// Serial numbers, all revoked at 2026-01-02 for keyCompromise.
  std::vector<long> revoked{};
  /// Not empty: the first entry's certificateIssuer.
  std::string certificate_issuer{};
  std::vector<std::pair<std::string, std::string>> extensions{};
};
Bytes forge_crl_der(const ForgedCrl& what);
Crl forge_crl(const ForgedCrl& what);

}  // namespace shomei::auth
