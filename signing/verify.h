#pragma once

#include "auth/x509/validate.h"
#include "base/clock.h"
#include "signing/document.h"
#include "signing/policy.h"
#include "signing/report/report.h"
#include "signing/xml/xml_library.h"

namespace shomei::signing {

struct VerifyInputs {
  /// A file with XAdES signatures (enveloped, enveloping, detached, same-document detached) or a CMS/CAdES signature
  /// (DER or PEM); which, is seen from its bytes.
  Document file;
  /// What detached signatures refer to, found by name; a single one is taken whatever its name. One that no signature
  /// covers is a warning, and if none is covered nothing passes: whoever hands in a document asks about that document.
  std::vector<Document> detached = {};
  /// Anchors, CA certificates and CRLs. Certificates and CRLs found in `file` join the latter two, never the anchors.
  auth::ValidationInputs evidence = {};
  /// Validation time (EN 319 102-1 "current time").
  Time at = {};
  Policy policy = {};
  /// False: what the file alone tells, up to the signature value by the certificate that it names. No path is judged,
  /// so nothing passes: what would, is INDETERMINATE / GENERIC without a failing finding.
  bool judge_certificates = true;
  /// Fills CoveredPart::signed_bytes: what a caller who shows or stores the content must use, and nothing else.
  bool keep_signed_bytes = false;
};

/// Judges every signature of the file by EN 319 102-1 as far as level B goes: format, the signing certificate's
/// identity, references, signature value, certificate path at `at` with revocation, constraints. Time stamps are
/// reported as present and not checked. Stricter than EN 319 102-1 in one point: a certificate revoked before the time
/// the signer claims is TOTAL-FAILED / REVOKED, as no proof of time could help. Nothing is fetched, no file but those
/// of `inputs` is opened. May run in any number of threads. Errors: the file is unreadable or not what can hold a
/// signature (input.*, xml.malformed, xml.forbidden, cms.malformed, work.budget_spent); everything else is in the
/// report.
Result<VerifyReport> verify(const XmlLibrary& xml, const VerifyInputs& inputs);

}  // namespace shomei::signing
