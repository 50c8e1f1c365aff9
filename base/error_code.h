#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace shomei {

enum class Language : std::uint8_t { kEn, kJa };

/// Every way in which an operation of Shomei can fail. Each has one row in error_table.cpp (checked at compile time)
/// and one entry in ERRORS.md (checked by a test).
enum class Code : std::uint16_t {
  kInternal,
  kUsage,
  kNotPermitted,
  // input
  kInputNotFound,
  kInputUnreadable,
  kInputEmpty,
  kInputTooLarge,
  kInputMalformed,
  kInputNotCertificate,
  kInputNotCrl,
  kInputNotOcsp,
  kDerMalformed,
  kJsonMalformed,
  kXmlMalformed,
  kXmlForbidden,
  kCmsMalformed,
  kTokenMalformed,
  kWorkBudgetSpent,
  kOutputFailed,
  kStorageFull,
  // configuration
  kConfigUnknownKey,
  kConfigInvalid,
  // card
  kCardNoService,
  kCardNoReader,
  kCardNotPresent,
  kCardRemoved,
  kCardBusy,
  kCardUnknown,
  kCardStatus,
  kCardFileMalformed,
  kCardNoProgress,
  kCardSeveral,
  // PIN
  kPinWrong,
  kPinLocked,
  kPinLastTry,
  kPinCancelled,
  kPinLength,
  kPinNoDialog,
  // PKCS#11
  kPkcs11Module,
  kPkcs11Uri,
  kPkcs11NotFound,
  kPkcs11Failed,
  // network
  kNetUnreachable,
  kNetTimeout,
  kNetTls,
  kNetStatus,
  kNetMalformed,
  kNetTooLarge,
  kNetAddressInUse,
  kNetBind,
  // login and session
  kLoginRefused,
  kLoginChallengeUnknown,
  kLoginProofInvalid,
  kSessionUnknown,
  kSessionEnded,
  // agent
  kAgentNotRunning,
  kAgentPeerRefused,
  kAgentJobUnknown,
  kAgentConsentRefused,
  kAgentTooMany,
  // cryptography and trust
  kCryptoFailed,
  kKeyUnsuitable,
  kAnchorMissing,
  kCrlRefused,
  // store
  kStoreFailed,
  kStoreFull,
  kStoreNewerSchema,
  kStoreNotFound,
  kStoreConflict,
  // the administrator's changes
  kApprovalOwn,
  kApprovalClosed,
  kRehearsalUnknown,
  kRehearsalBusy,
  // signing
  kSignUnsupported,
  kSignNotValid,
  kTimestampRefused,
  kTimestampMalformed,
  kTimestampNoSource,
  kEvidenceMissing,
  kSignatureQueueFull,
  kCount
};

/// Exit statuses of the command line (design: words that stay fixed).
enum class ExitStatus : std::uint8_t {
  kDone = 0,
  kNegative = 1,
  kIndeterminate = 2,
  kUsage = 64,
  kUnreadableInput = 65,
  kUnavailable = 69,
  kOurFault = 70,
  kNotPermitted = 77
};

struct Text {
  std::string_view en;
  std::string_view ja;
  constexpr std::string_view in(Language language) const { return language == Language::kJa ? ja : en; }
};

struct CodeInfo {
  Code code;
  std::string_view id;
  ExitStatus exit;
  Text text;
  Text hint;
};

/// The row of `code`.
const CodeInfo& info(Code code);

/// All rows, in the order of Code.
std::span<const CodeInfo> all_codes();

}  // namespace shomei
