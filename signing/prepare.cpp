#include "signing/prepare.h"

#include "auth/x509/certificate.h"
#include "signing/cades/cades_build.h"
#include "signing/xades/countersign.h"
#include "signing/xades/prescription_build.h"
#include "signing/xades/xades_build.h"

namespace shomei::signing {

Result<Prepared> prepare(const XmlLibrary&, const SignRequest& request, const SignerCertificate& certificate,
                         Time now) {
  SHOMEI_TRY(Prepared prepared,
             request.profile == SignProfile::kEprescription ? prepare_prescription(request, certificate, now)
             : request.format == Format::kCades             ? prepare_cades(request, certificate, now)
             : request.relation == Relation::kCounter       ? prepare_countersignature(request, certificate, now)
                                                            : prepare_xades(request, certificate, now));
  prepared.algorithm = certificate.algorithm;
  prepared.certificate = certificate.der;
  prepared.level = request.level;
  return prepared;
}

Result<SignedDocument> finish(const Prepared& prepared, ByteView value) {
  SHOMEI_TRY(const auth::Certificate certificate, auth::Certificate::recall(prepared.certificate));
  if (!signature_fits(X509_get0_pubkey(certificate.native()), prepared.algorithm, prepared.digest, value)) {
    return fail(Code::kCryptoFailed, "the key's signature does not fit its certificate");
  }
  // No time stamp and no validation data is in it yet: level B, whatever was wished for.
  SignedDocument made{.bytes = prepared.assemble(value), .level = Level::kB, .pending = {}};
  for (const Level level : {Level::kT, Level::kLT, Level::kLTA}) {
    if (level <= prepared.level) {
      made.pending.push_back(level);
    }
  }
  return made;
}

}  // namespace shomei::signing
