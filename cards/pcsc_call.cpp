#include "cards/pcsc_call.h"

#include <fmt/format.h>

namespace shomei::cards {
namespace {

Code code_of(LONG value) {
  switch (static_cast<std::uint32_t>(value)) {
    case static_cast<std::uint32_t>(SCARD_E_NO_SERVICE):
    case static_cast<std::uint32_t>(SCARD_E_SERVICE_STOPPED):
    case static_cast<std::uint32_t>(SCARD_F_COMM_ERROR): return Code::kCardNoService;
    case static_cast<std::uint32_t>(SCARD_E_NO_READERS_AVAILABLE):
    case static_cast<std::uint32_t>(SCARD_E_READER_UNAVAILABLE):
    case static_cast<std::uint32_t>(SCARD_E_UNKNOWN_READER): return Code::kCardNoReader;
    case static_cast<std::uint32_t>(SCARD_E_NO_SMARTCARD): return Code::kCardNotPresent;
    // NOT_TRANSACTED is what the first command after a pull gets, before the reader has noticed.
    case static_cast<std::uint32_t>(SCARD_E_NOT_TRANSACTED):
    case static_cast<std::uint32_t>(SCARD_W_UNPOWERED_CARD):
    case static_cast<std::uint32_t>(SCARD_W_REMOVED_CARD): return Code::kCardRemoved;
    case static_cast<std::uint32_t>(SCARD_W_RESET_CARD):
    case static_cast<std::uint32_t>(SCARD_E_SHARING_VIOLATION): return Code::kCardBusy;
    case static_cast<std::uint32_t>(SCARD_W_UNRESPONSIVE_CARD): return Code::kCardNoProgress;
    case static_cast<std::uint32_t>(SCARD_W_UNSUPPORTED_CARD):
    case static_cast<std::uint32_t>(SCARD_E_PROTO_MISMATCH): return Code::kCardUnknown;
    default: return Code::kInternal;
  }
}

}  // namespace

Result<void> pcsc_result(LONG value, std::string_view call, std::string_view subject, const char* file, int line) {
  if (value == SCARD_S_SUCCESS) {
    return {};
  }
  return fail(code_of(value),
              fmt::format("{}{}{}: {} (0x{:08X})", subject, subject.empty() ? "" : ": ", call,
                          pcsc_stringify_error(value), static_cast<std::uint32_t>(value)),
              file, line);
}

Result<PcscContext> PcscContext::establish() {
  SCARDCONTEXT handle{};
  SHOMEI_TRY(
      pcsc_result(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle), "SCardEstablishContext"));
  return PcscContext(handle);
}

PcscContext::~PcscContext() {
  if (live_) {
    static_cast<void>(SCardReleaseContext(handle_));
  }
}

}  // namespace shomei::cards
