#pragma once

#include <openssl/cms.h>

#include "signing/xades/xades_facts.h"

namespace shomei::signing {

using OwnedCms = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;

/// One SignerInfo (RFC 5652 5.3): read, not judged.
struct CmsSigner {
  /// Lives as long as CmsFacts::cms.
  CMS_SignerInfo* native = nullptr;
  /// "signer-1", …: a SignerInfo has no identifier of its own.
  std::string id = {};
  std::optional<DigestAlgorithm> digest = {};
  /// OID of the signature algorithm, for people.
  std::string signature_oid = {};
  /// As auth::signature_algorithm writes it, with the digest of `digest` where rsaEncryption leaves it open.
  std::string algorithm = {};
  Bytes signature_value = {};
  /// Signed attributes; empty or nothing where absent.
  Bytes message_digest = {};
  bool has_signed_attributes = false;
  std::optional<Time> signing_time = {};
  bool has_signing_certificate = false;
  std::vector<CertificateId> certificate_ids = {};
  /// What a rule of RFC 5652 11 or EN 319 122-1 5.1 says against the attributes; empty: nothing.
  std::string malformed = {};
  CarriedEvidence carried = {};
};

struct CmsFacts {
  OwnedCms cms;
  std::vector<CmsSigner> signers;
  std::vector<Bytes> certificates;
  std::vector<Bytes> crls;
  /// Content that the file holds itself; nothing when detached.
  std::optional<Bytes> content;
};

/// A ContentInfo with SignedData, BER as CMS allows; the signed attributes must be DER. Errors: cms.malformed,
/// input.too_large.
Result<CmsFacts> read_cms(ByteView cms, const Limits& limits);

}  // namespace shomei::signing
