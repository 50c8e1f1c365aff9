#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/signing_key.h"
#include "signing/document.h"
#include "signing/level.h"
#include "signing/xml/xml_library.h"

namespace shomei::signing {

struct SignRequest {
  Document document;
  Format format = Format::kXades;
  /// CAdES: detached only. XAdES enveloped: the document is XML and its root takes the signature as last child.
  /// XAdES detached: the reference's URI is the document's name.
  Packaging packaging = Packaging::kDetached;
  /// What is wished for; SignedDocument says what was reached.
  Level level = Level::kB;
  /// MIME type for DataObjectFormat (EN 319 132-1 5.2.4); empty: application/xml, application/json or
  /// application/octet-stream by the document's name.
  std::string media_type = {};
  /// XML documents above this are refused (input.too_large).
  std::size_t max_xml_bytes = 64U << 20;
};

struct SignedDocument {
  /// XML (UTF-8), or DER of a CMS ContentInfo.
  Bytes bytes = {};
  /// Computed from `bytes`, never from the request.
  Level level = Level::kB;
  /// Wished-for levels that `bytes` do not have yet.
  std::vector<Level> pending = {};
  /// When it is worth trying again to reach them, where that is known, and why they are not.
  std::optional<Time> pending_until = std::nullopt;
  std::optional<Error> pending_why = std::nullopt;
};

/// "This document, this form: give me the signature." A local one works on a SigningKey; a remote one (digest and
/// token out, whole signature back) stands beside it.
class DocumentSigner {
 public:
  virtual ~DocumentSigner() = default;
  /// Errors: input.*, xml.malformed, xml.forbidden, sign.unsupported, key.unsuitable, and what the key gives (pin.*,
  /// card.*, …).
  virtual Result<SignedDocument> sign(const SignRequest& request) = 0;
};

/// Builds XAdES-B (EN 319 132-1) and CAdES-B (EN 319 122-1) with SHA-256 and the key's RSA PKCS#1 v1.5 or ECDSA. All of
/// the document is read and digested first; the key is used once, last. One object serves one thread at a time.
class LocalDocumentSigner final : public DocumentSigner {
 public:
  /// All three outlive the signer.
  LocalDocumentSigner(const XmlLibrary&, SigningKey& key, const Clock& clock) : key_(&key), clock_(&clock) {}
  Result<SignedDocument> sign(const SignRequest& request) override;

 private:
  SigningKey* key_;
  const Clock* clock_;
};

}  // namespace shomei::signing
