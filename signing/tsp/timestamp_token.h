#pragma once

#include <optional>
#include <span>

#include "auth/x509/certificate.h"
#include "signing/cades/cms_facts.h"
#include "signing/tsp/tst_info.h"

namespace shomei::signing {

/// An RFC 3161 TimeStampToken: read, not judged. Movable, for one thread at a time.
struct TimestampToken {
  TstInfo info;
  /// Exactly one signer, whose signed attributes are well-formed and name its certificate; certificates, CRLs and
  /// unsigned attributes (`signer().carried`) as any CMS has them.
  CmsFacts cms;
  const CmsSigner& signer() const { return cms.signers.front(); }
};

/// A ContentInfo with SignedData whose eContentType is id-ct-TSTInfo and whose content is there and DER, with exactly
/// one SignerInfo that has a signing-certificate attribute, v1 or v2 (RFC 3161 2.4.2, RFC 5816 2.2.1).
/// Errors: timestamp.malformed (with what is wrong), input.too_large.
Result<TimestampToken> read_timestamp_token(ByteView der, const Limits& limits = {});

/// The certificates that the token holds, as far as they parse.
std::vector<auth::Certificate> token_certificates(const TimestampToken& token);

/// The certificate among `candidates` that both the SignerIdentifier and the signing-certificate attribute name.
std::optional<auth::Certificate> token_signer(const TimestampToken& token,
                                              std::span<const auth::Certificate> candidates);

/// RFC 5652 5.6: message-digest is the digest of the content, and the signature value over the signed attributes fits
/// the key of `signer`. Whether algorithms are strong enough and the certificate may sign stamps is not asked.
bool token_signature_fits(const TimestampToken& token, const auth::Certificate& signer);

}  // namespace shomei::signing
