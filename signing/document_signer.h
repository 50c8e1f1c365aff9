#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/signing_key.h"
#include "signing/document.h"
#include "signing/level.h"
#include "signing/xml/xml_library.h"

namespace shomei::signing {

/// How a signature stands to those that its file has already.
enum class Relation : std::uint8_t {
  /// The first one. Enveloped XAdES is made so that a second one would break it, which any verifier understands.
  kFirst,
  /// Beside others over the same content. XAdES enveloped: all signatures are left out of what is signed (XPath
  /// Filter 2), so that further ones can be added; it must be so from the first one on. CAdES: a further SignerInfo in
  /// `SignRequest::signed_file`, or the first one.
  kParallel,
  /// Over the value of another one, inside it (EN 319 132-1 5.2.7.2 CounterSignature, EN 319 122-1 5.2.7).
  kCounter
};

/// Forms that somebody prescribes down to the element.
enum class SignProfile : std::uint8_t {
  kReferral,
  /// The electronic prescription service: a CSV in UTF-8 becomes a Prescription or Dispensing document.
  kEprescription
};

/// What the signer saw before the PIN was typed.
struct ShownEvidence {
  /// SHA-256 of the document that was rendered; another one than is to be signed is refused.
  Bytes document_sha256;
  /// The text on the screen, UTF-8.
  std::string text;
};

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
  /// XAdES: files that are signed along with the document, by a ds:Manifest that lists name and digest of each; they
  /// are digested in pieces. A folder in a name stays in the reference ("images/1.dcm").
  std::vector<Document> manifest = {};
  /// The manifest is all that is signed; `document` is not looked at.
  bool manifest_alone = false;
  Relation relation = Relation::kFirst;
  /// kCounter: Id of the signature in `document` that is confirmed ("signer-1" in CMS); empty: the only one.
  std::string countersigned = {};
  /// CAdES kParallel: the CMS file that gets a further signature over `document`.
  std::optional<Document> signed_file = std::nullopt;
  SignProfile profile = SignProfile::kReferral;
  /// kEprescription, dispensing: the signed prescription that was dispensed.
  std::optional<Document> prescription = std::nullopt;
  std::optional<ShownEvidence> shown = std::nullopt;
  /// Of references, certificate and signature; nothing: SHA-256, or as strong as the key's curve (P-384, P-521).
  std::optional<DigestAlgorithm> digest = std::nullopt;
  /// XML documents above this are refused (input.too_large).
  std::size_t max_xml_bytes = 64U << 20;
};

struct SignedDocument {
  /// XML (UTF-8), or DER of a CMS ContentInfo.
  Bytes bytes = {};
  /// What `bytes` have, never what was asked for.
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

/// Builds XAdES-B (EN 319 132-1) and CAdES-B (EN 319 122-1) with the key's RSA PKCS#1 v1.5 or ECDSA. All of the
/// document is read and digested first (prepare.h); the key is used once, last. One object serves one thread at a time.
class LocalDocumentSigner final : public DocumentSigner {
 public:
  /// All three outlive the signer.
  LocalDocumentSigner(const XmlLibrary& xml, SigningKey& key, const Clock& clock)
      : xml_(&xml), key_(&key), clock_(&clock) {}
  Result<SignedDocument> sign(const SignRequest& request) override;

 private:
  const XmlLibrary* xml_;
  SigningKey* key_;
  const Clock* clock_;
};

}  // namespace shomei::signing
