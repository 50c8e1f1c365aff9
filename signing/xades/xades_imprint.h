#pragma once

#include "signing/stamp_coverage.h"
#include "signing/xml/xmldsig_reference.h"

namespace shomei::signing {

/// One time-stamp property of a signature, standing in the parsed file.
struct XadesStamp {
  const SignatureFacts* signature;
  /// SignatureTimeStamp, ArchiveTimeStamp, SigAndRefsTimeStamp(V2), RefsOnlyTimeStamp(V2), AllDataObjectsTimeStamp, …;
  /// its token is not looked at.
  const xmlNode* property;
};

/// EN 319 132-1 5.3 (signature), 5.5.2 (archive, 1.4.1), A.1.5 (references), 5.2.8 (content); TS 101 903 7.7 for the
/// archive time stamp of 1.3.2. Canonicalisation as the property says, otherwise Canonical XML 1.0 (XML-DSig 4.4.3.2).
/// Referenced files are digested in pieces. The first digest is the one that a new time stamp takes; a second one where
/// a ds:Object is referenced by SignedInfo: TS 101 903 1.3.2 takes it as referenced data alone, 1.4.1 once more as an
/// Object. What has parts elsewhere by Include or ReferenceInfo ("distributed") makes `why`. Errors: work.budget_spent,
/// input.* of detached documents.
Result<StampCoverage> xades_coverage(const XadesStamp& stamp, DigestAlgorithm algorithm, ReferenceChecker& references,
                                     WorkBudget& budget);

}  // namespace shomei::signing
