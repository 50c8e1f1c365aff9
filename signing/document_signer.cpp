#include "signing/document_signer.h"

#include "signing/prepare.h"

namespace shomei::signing {

Result<SignedDocument> LocalDocumentSigner::sign(const SignRequest& request) {
  SHOMEI_TRY(const SignerCertificate certificate, signer_certificate(*key_, request.digest));
  SHOMEI_TRY(const Prepared prepared, prepare(*xml_, request, certificate, clock_->now()));
  SHOMEI_TRY(const Bytes value, key_->sign_digest(prepared.algorithm.digest, prepared.digest));
  return finish(prepared, value);
}

}  // namespace shomei::signing
