#include "signing/document_signer.h"

#include "signing/cades/cades_build.h"
#include "signing/cades/cms_facts.h"
#include "signing/xades/xades_build.h"
#include "signing/xades/xades_facts.h"

namespace shomei::signing {
namespace {

/// Reads back what was made: the level is the file's, not the request's.
Result<Level> level_reached(const SignRequest& request, ByteView bytes) {
  if (request.format == Format::kCades) {
    SHOMEI_TRY(const CmsFacts facts, read_cms(bytes, Limits{}));
    return level_of(facts.signers.at(0).carried);
  }
  Limits limits;
  // The signature itself and base64 of an enveloped document come on top of the document.
  limits.xml_bytes = 2 * request.max_xml_bytes + (1U << 20);
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(bytes, limits));
  const auto found = elements(parsed.get(), ns::kDs, "Signature");
  SHOMEI_CHECK(!found.empty());
  const auto signature = read_signature(found.back(), limits);
  const auto properties = signature ? read_xades(*signature) : std::unexpected(signature.error());
  if (!properties) {
    return fail(Code::kInternal, properties.error());
  }
  return level_of(properties->carried);
}

}  // namespace

Result<SignedDocument> LocalDocumentSigner::sign(const SignRequest& request) {
  if (request.format == Format::kCades && request.packaging != Packaging::kDetached) {
    return fail(Code::kSignUnsupported, "CAdES is made detached only");
  }
  SHOMEI_TRY(const SignerCertificate certificate, signer_certificate(*key_));
  SignedDocument made;
  if (request.format == Format::kCades) {
    SHOMEI_TRY(made.bytes, build_cades(request.document, *key_, certificate, clock_->now()));
  } else {
    SHOMEI_TRY(made.bytes, build_xades(request, *key_, certificate, clock_->now()));
  }
  SHOMEI_TRY(made.level, level_reached(request, made.bytes));
  for (const Level level : {Level::kT, Level::kLT, Level::kLTA}) {
    if (level > made.level && level <= request.level) {
      made.pending.push_back(level);
    }
  }
  return made;
}

}  // namespace shomei::signing
