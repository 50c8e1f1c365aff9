#pragma once

#include <openssl/x509v3.h>

#include "auth/x509/certificate.h"

namespace shomei::auth {

/// Reads everything; what cannot be read is named in `malformed`.
CertificateFacts read_facts(X509* certificate, ByteView der);

/// RFC 4514, UTF-8, control characters escaped.
std::string name_text(const X509_NAME* name);

/// DER content octets of the certificate's serialNumber.
Bytes serial_content(const X509* certificate);

/// The first directoryName, or null.
X509_NAME* first_directory(const GENERAL_NAMES* names);

/// The dotted text of an object identifier.
std::string oid_text(const ASN1_OBJECT* object);

}  // namespace shomei::auth
