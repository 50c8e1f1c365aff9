#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "signing/report/report.h"

namespace shomei::signing {

/// Every question that a verification answers, each a row of findings.cpp with its id and both texts.
enum class Check : std::uint8_t {
  kStructure,
  kNoSignature,
  kReferenceAmbiguous,
  kReferenceNotFound,
  kReferenceForbidden,
  kReferenceAlgorithm,
  kReferenceChanged,
  kReferenceIntact,
  kReferencePartial,
  kManifestNotChecked,
  kDetachedNotCovered,
  kCoversNothing,
  kCoversNoneGiven,
  kCoversPart,
  kSignedPropertiesUnsigned,
  kSigningCertificateAbsent,
  kSigningCertificateNotFound,
  kSigningCertificateKeyInfo,
  kIssuerSerialDiffers,
  kSigningTimeAbsent,
  kSignatureAlgorithm,
  kSignatureValue,
  kWeakAlgorithm,
  kPathValid,
  kPathInvalid,
  kPathUnknown,
  kRevokedWithoutProofOfTime,
  kRevokedBeforeClaim,
  kTimestampValid,
  kTimestampFormat,
  kTimestampImprint,
  kTimestampSignature,
  kTimestampCertificate,
  kTimestampOrder,
  kTimestampUncomputable,
  kTimestampAlgorithm,
  kBestTime,
  kNoProofOfTime,
  kFreshnessLenient,
  kFreshnessStrict,
  kLevelIncomplete,
  kSignedBeforeIssue,
  kSignedAfterExpiry,
  kAlgorithmSunset,
  kManifestEntryIntact,
  kManifestEntryChanged,
  kManifestEntryAbsent,
  kCounterSignature,
  kCounterSignatureForeign,
  kShownIntact,
  kShownDiffers,
  kShownAbsent,
  kUnsignedUnknown,
  kReferencesIncomplete,
  kPrescriptionLayout,
  kEmbeddedUnreadable,
  kCount
};

/// A finding of `check`; `detail` (names, identifiers, the same in both languages) follows the text.
Finding make_finding(Check check, Severity severity, std::string_view detail = {});

/// The steps of EN 319 102-1 5.3 without which nothing passes.
enum class Step : std::uint8_t { kFormat, kIdentity, kReferences, kValue, kPath, kCount };

/// Collects what the checks find about one signature. It passes only when every step was done and nothing spoke against
/// it: what was not looked at is INDETERMINATE.
class Judgement {
 public:
  explicit Judgement(SignatureReport& report) : report_(report) {}

  void note(Check check, Severity severity, std::string_view detail = {}) {
    report_.findings.push_back(make_finding(check, severity, detail));
  }
  /// A finding that decides: the worst indication stands, among equals the first.
  void decide(Indication indication, SubIndication sub, Check check, std::string_view detail = {});
  /// The same without a finding of its own.
  void decide(Indication indication, SubIndication sub);
  void done(Step step) { done_.set(static_cast<std::size_t>(step)); }
  bool is_done(Step step) const { return done_.test(static_cast<std::size_t>(step)); }
  /// Writes indication and sub-indication into the report.
  void finish();
  SignatureReport& report() { return report_; }

 private:
  SignatureReport& report_;
  Indication worst_ = Indication::kTotalPassed;
  std::optional<SubIndication> sub_;
  std::bitset<static_cast<std::size_t>(Step::kCount)> done_;
};

}  // namespace shomei::signing
