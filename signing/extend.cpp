#include "signing/extend.h"

#include <algorithm>

#include "base/file.h"
#include "signing/cades/cades_extend.h"
#include "signing/verify.h"
#include "signing/xades/xades_extend.h"

namespace shomei::signing {
namespace {

/// Which signature fails, and what of it.
std::string failure(const SignatureReport& signature) {
  const auto finding = std::ranges::find(signature.findings, Severity::kFail, &Finding::severity);
  return signature.id + ": " + (finding == signature.findings.end() ? "" : finding->text_en);
}

Result<Format> verified_format(const XmlLibrary& xml, const ExtendRequest& request, Time now) {
  SHOMEI_TRY(const VerifyReport report, verify(xml, {.file = request.file,
                                                     .detached = request.detached,
                                                     .evidence = request.evidence,
                                                     .at = now,
                                                     .policy = request.policy}));
  if (report.signatures.empty()) {
    return fail(Code::kSignUnsupported, request.file.name + ": no signature");
  }
  for (const SignatureReport& signature : report.signatures) {
    if (signature.indication == Indication::kTotalFailed) {
      return fail(Code::kSignNotValid, failure(signature));
    }
  }
  return report.signatures.front().format;
}

}  // namespace

Result<Extended> extend(const XmlLibrary& xml, const ExtendRequest& request, const Clock& clock) {
  const Time now = clock.now();
  const Limits& limits = request.policy.limits;
  SHOMEI_TRY(const Format format, verified_format(xml, request, now));
  SHOMEI_TRY(Bytes bytes, whole(request.file, std::max(limits.xml_bytes, limits.cms_bytes)));
  if (format == Format::kXades) {
    return extend_xades(std::move(bytes), request, now);
  }
  if (bytes.front() != 0x30) {
    SHOMEI_TRY(auto blocks, pem_or_der(bytes, {"CMS", "PKCS7", "PKCS #7 SIGNED DATA"}));
    bytes = std::move(blocks.front());
  }
  return extend_cades(bytes, request, now);
}

}  // namespace shomei::signing
