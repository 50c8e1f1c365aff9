#pragma once

#include "base/clock.h"
#include "signing/level.h"
#include "signing/xml/xmldsig_facts.h"

namespace shomei::signing {

/// How a signature names its certificate (CertID of EN 319 132-1 5.2.2, ESSCertIDv2 of RFC 5035).
struct CertificateId {
  std::optional<DigestAlgorithm> algorithm;
  Bytes digest;
  /// DER IssuerSerial; empty where absent.
  Bytes issuer_serial;
};

struct TimestampFacts {
  std::string type;
  /// DER of the time-stamp token; empty where it cannot be read.
  Bytes token;
  /// XAdES: the property that holds it.
  const xmlNode* property = nullptr;
  /// CAdES: where it stands among the signer's attributes (CadesStamp).
  std::size_t attribute = 0;
  std::size_t value = 0;
  bool is_signed = false;
};

/// Certificates, CRLs and time stamps that a signature carries, in either format.
struct CarriedEvidence {
  std::vector<Bytes> certificates;
  std::vector<Bytes> crls;
  /// OCSPResponse of RFC 6960.
  std::vector<Bytes> ocsps;
  std::vector<TimestampFacts> timestamps;
  /// Entries that are not even base64.
  int unreadable = 0;
  bool has_certificate_values = false;
  bool has_revocation_values = false;
};

/// xades:QualifyingProperties of one signature: read, not judged.
struct XadesFacts {
  const xmlNode* signed_properties = nullptr;
  std::optional<Time> signing_time = {};
  /// SigningCertificateV2 or SigningCertificate is there.
  bool has_signing_certificate = false;
  std::vector<CertificateId> certificate_ids = {};
  CarriedEvidence carried = {};
};

/// The properties that belong to `signature`: in one of its own Objects, exactly one QualifyingProperties whose Target
/// is its Id. An error says what is wrong; a signature without any is an error as well.
Parsed<XadesFacts> read_xades(const SignatureFacts& signature);

/// The highest level whose properties are all there (EN 319 132-1 6.3, EN 319 122-1 6.3); whether they hold is another
/// question.
Level level_of(const CarriedEvidence& carried);

}  // namespace shomei::signing
