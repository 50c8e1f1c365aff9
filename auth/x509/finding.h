#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error_code.h"
#include "base/json.h"

namespace shomei::auth {

enum class Severity : std::uint8_t { kInfo, kWarn, kFail };
/// "info", "warn", "fail".
std::string_view name(Severity severity);

/// From best to worst.
enum class Verdict : std::uint8_t { kValid, kIndeterminate, kInvalid };
/// "valid", "indeterminate", "invalid".
std::string_view name(Verdict verdict);

/// Every question that this room asks. Names and texts stand in one table (check_table.cpp), complete at compile time.
enum class Check : std::uint8_t {
  // RFC 5280 6.1
  kPathNotFound,
  kPathWorkBudget,
  kPathSignature,
  kPathNotYetValid,
  kPathExpired,
  kPathBasicConstraints,
  kPathLength,
  kPathKeyUsage,
  kPathPolicy,
  kPathNameConstraints,
  kPathCriticalExtension,
  kPathMalformed,
  kPathProfileDeviation,
  kPathOther,
  kSecondOpinionRefused,
  kSecondOpinionAbstained,
  kAlgorithm,
  kAlgorithmSunset,
  kWeakKey,
  // RFC 5280 6.3
  kRevoked,
  kRevokedLater,
  kRevocationUnknown,
  kRevocationNotChecked,
  kCrlSignature,
  kCrlSignatureUnchecked,
  kCrlScope,
  kCrlStale,
  kCrlNotYetValid,
  kRevocationTooOld,
  kCrlCriticalExtension,
  kCrlDelta,
  kCrlNumber,
  kCrlIndirect,
  kCrlReasons,
  // RFC 6960, RFC 5019
  kOcspNoResponder,
  kOcspUnreachable,
  kOcspTimeout,
  kOcspTooLarge,
  kOcspHttpStatus,
  kOcspContentType,
  kOcspMalformed,
  kOcspMalformedRequest,
  kOcspInternalError,
  kOcspTryLater,
  kOcspSigRequired,
  kOcspUnauthorized,
  kOcspIssuer,
  kOcspCertId,
  kOcspCriticalExtension,
  kOcspAlgorithm,
  kOcspResponderId,
  kOcspSignature,
  kOcspSigner,
  kOcspSignerUsage,
  kOcspSignerValidity,
  kOcspSignerRevoked,
  kOcspSignerUnknown,
  kOcspSignerUnchecked,
  kOcspNonce,
  kOcspNonceAbsent,
  kOcspNotYetValid,
  kOcspStale,
  kOcspTooOld,
  kOcspArchive,
  kOcspUnknown,
  kOcspRequired,
  kOcspKept,
  // rules of a purpose
  kProfileCa,
  kProfilePolicy,
  kProfileKeyUsage,
  kProfileExtendedKeyUsage,
  kHcRoleMalformed,
  kHcRoleUnknown,
  kHcRoleScheme,
  kHcRoleAbsent,
  kHcRoleDirector,
  kTestCard,
  // login proof and tokens
  kProofAlgorithm,
  kProofSignature,
  kTokenAlgorithm,
  kTokenType,
  kTokenKey,
  kTokenSignature,
  kTokenCritical,
  kTokenIssuer,
  kTokenAudience,
  kTokenExpired,
  kTokenNotYetValid,
  kTokenClaim,
  kCount
};

struct CheckInfo {
  Check check;
  /// Stable: "path.expired".
  std::string_view name{};
  /// What a finding of severity fail makes of the verdict.
  Verdict consequence;
  Text text;
};
const CheckInfo& info(Check check);
std::span<const CheckInfo> all_checks();

/// One answer to one question about the certificate at that index of the path (0 is the end entity).
struct Finding {
  std::size_t certificate = 0;
  Check check = Check::kPathOther;
  Severity severity = Severity::kFail;
  /// Particulars, the same in both languages: a value, a name, a time.
  std::string detail{};
};

/// "text (detail)" in the language.
std::string text(const Finding& finding, Language language);
/// The worst consequence of the findings.
Verdict verdict_of(std::span<const Finding> findings);

/// [{"certificate", "check", "severity", "text"}] with texts in the language.
OrderedJson to_json(std::span<const Finding> findings, Language language);

}  // namespace shomei::auth
