#pragma once

#include <optional>

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
  /// `detached` is a pool for many files: what this one does not cover says nothing about it.
  bool detached_is_pool = false;
  /// The text that the signer is said to have been shown; it is compared with what the signature says of it.
  std::optional<Document> shown = std::nullopt;
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

/// Judges every signature of the file by EN 319 102-1: format, the signing certificate's identity, references,
/// signature value, time stamps (5.4), and certificate path with revocation and constraints at the time that the oldest
/// valid stamp over the signature proves (5.5, 5.6), or at `at` where none does. Archive time stamps prove what they
/// are over to have existed, renewed ones those inside; algorithms and certificates need only have counted until then.
/// Which revocation data counts beside a proof of time is Policy::freshness, and the report says it. Levels are read
/// from the file: a broken stamp makes none, and LT needs data that leads to an anchor. Stricter than EN 319 102-1 in
/// two points: a certificate revoked before the time the signer claims is TOTAL-FAILED / REVOKED, as no proof of time
/// could help, and a broken time stamp makes INDETERMINATE / SIG_CONSTRAINTS_FAILURE what would pass without it, for
/// the file was changed. Nothing is fetched, no file but those of `inputs` is opened. May run in any number of threads.
/// Errors: the file is unreadable or not what can hold a signature (input.*, xml.malformed, xml.forbidden,
/// cms.malformed, work.budget_spent); everything else is in the report.
Result<VerifyReport> verify(const XmlLibrary& xml, const VerifyInputs& inputs);

}  // namespace shomei::signing
