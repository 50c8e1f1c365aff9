#include "pkcs11/ckr.h"

#include <fmt/format.h>
#include <libp11.h>

namespace shomei::pkcs11 {
namespace {

/// PKCS#11 v2.40 base specification, 5.1.
enum Ckr : unsigned long {
  kDeviceRemoved = 0x032,
  kFunctionCanceled = 0x050,
  kPinIncorrect = 0x0A0,
  kPinInvalid = 0x0A1,
  kPinLenRange = 0x0A2,
  kPinLocked = 0x0A4,
  kSessionClosed = 0x0B0,
  kSessionCount = 0x0B1,
  kSessionHandleInvalid = 0x0B3,
  kTokenNotPresent = 0x0E0,
  kTokenNotRecognized = 0x0E1,
};

}  // namespace

Code code_of(unsigned long ckr) {
  switch (ckr) {
    case kPinIncorrect: return Code::kPinWrong;
    case kPinInvalid:
    case kPinLenRange: return Code::kPinLength;
    case kPinLocked: return Code::kPinLocked;
    case kFunctionCanceled: return Code::kPinCancelled;
    case kTokenNotPresent: return Code::kCardNotPresent;
    case kTokenNotRecognized: return Code::kCardUnknown;
    case kSessionCount: return Code::kCardBusy;
    case kDeviceRemoved:
    case kSessionHandleInvalid:
    case kSessionClosed: return Code::kCardRemoved;
    default: return Code::kPkcs11Failed;
  }
}

Error module_error(std::string_view what, const char* file, int line) {
  unsigned long ckr = 0;
  std::string reason;
  while (const unsigned long entry = ERR_get_error()) {
    if (ERR_GET_LIB(entry) == ERR_get_CKR_code() && ckr == 0) {
      ckr = static_cast<unsigned long>(ERR_GET_REASON(entry));
    }
    if (const char* text = ERR_reason_error_string(entry); reason.empty() && text != nullptr) {
      reason = text;
    }
  }
  const std::string number = ckr == 0 ? std::string() : fmt::format(" CKR 0x{:08X}", ckr);
  return make_error(code_of(ckr), fmt::format("{}:{} {}", what, number, reason), file, line);
}

}  // namespace shomei::pkcs11
