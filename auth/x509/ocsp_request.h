#pragma once

#include "auth/x509/ocsp.h"
#include "base/transport.h"

namespace shomei::auth {

/// A question about one certificate (RFC 6960 4.1), unsigned.
struct OcspRequest {
  OcspCertId id{};
  /// RFC 8954: 1 to 32 bytes; none for answers made beforehand (RFC 5019).
  std::optional<Bytes> nonce{};

  /// DER OCSPRequest.
  Bytes der() const;
  /// RFC 5019 5: GET where the whole URL takes at most 255 bytes, POST otherwise; with a nonce nobody could have kept
  /// the answer, so POST. `url`: of the responder, http or https.
  HttpRequest to_http(const std::string& url) const;
};

/// A fresh nonce of 32 bytes.
Bytes ocsp_nonce();

/// http(s) URLs of the responders that the certificate names (authorityInfoAccess, id-ad-ocsp; RFC 5280 4.2.2.1).
std::vector<std::string> ocsp_urls(const Certificate& certificate);

}  // namespace shomei::auth
