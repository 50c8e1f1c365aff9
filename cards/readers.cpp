#include "cards/readers.h"

#include <fmt/format.h>

#include <algorithm>

#include "cards/pcsc_call.h"

namespace shomei::cards {
namespace {

constexpr const char* kReaderListChanges = "\\\\?PnP?\\Notification";

Result<std::vector<std::string>> names(SCARDCONTEXT context) {
  for (;;) {
    DWORD size = 0;
    LONG result = SCardListReaders(context, nullptr, nullptr, &size);
    std::string buffer(size, '\0');
    if (result == SCARD_S_SUCCESS) {
      result = SCardListReaders(context, nullptr, buffer.data(), &size);
    }
    if (is(result, SCARD_E_NO_READERS_AVAILABLE)) {
      return std::vector<std::string>{};
    }
    if (is(result, SCARD_E_INSUFFICIENT_BUFFER)) {
      continue;  // a reader came in between
    }
    SHOMEI_TRY(pcsc_result(result, "SCardListReaders"));
    std::vector<std::string> found;
    for (std::size_t at = 0; at < buffer.size() && buffer[at] != '\0'; at += found.back().size() + 1) {
      found.emplace_back(buffer.c_str() + at);
    }
    return found;
  }
}

SCARD_READERSTATE question(const char* name, std::uint32_t known) {
  SCARD_READERSTATE state{};
  state.szReader = name;
  state.dwCurrentState = known;
  return state;
}

ReaderState answer(const SCARD_READERSTATE& state) {
  const auto raw = static_cast<std::uint32_t>(state.dwEventState) & ~static_cast<std::uint32_t>(SCARD_STATE_CHANGED);
  const std::size_t length = std::min<std::size_t>(state.cbAtr, MAX_ATR_SIZE);
  ReaderState found{.name = state.szReader,
                    .card_present = (raw & SCARD_STATE_PRESENT) != 0,
                    .mute = (raw & SCARD_STATE_MUTE) != 0,
                    .raw = raw};
  if (found.card_present) {
    found.atr.assign(state.rgbAtr, state.rgbAtr + length);
  }
  return found;
}

}  // namespace

struct Readers::Context {
  PcscContext pcsc;
};

Readers::Readers(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Readers::Readers(Readers&&) noexcept = default;
Readers& Readers::operator=(Readers&&) noexcept = default;
Readers::~Readers() = default;

Result<Readers> Readers::open() {
  SHOMEI_TRY(PcscContext pcsc, PcscContext::establish());
  return Readers(std::make_unique<Context>(std::move(pcsc)));
}

Result<std::vector<ReaderState>> Readers::states() const {
  const SCARDCONTEXT context = context_->pcsc.handle();
  for (;;) {
    SHOMEI_TRY(const auto all, names(context));
    if (all.empty()) {
      return std::vector<ReaderState>{};
    }
    std::vector<SCARD_READERSTATE> asked(all.size());
    std::ranges::transform(all, asked.begin(),
                           [](const std::string& name) { return question(name.c_str(), SCARD_STATE_UNAWARE); });
    const LONG result = SCardGetStatusChange(context, 0, asked.data(), asked.size());
    if (is(result, SCARD_E_UNKNOWN_READER)) {
      continue;  // a reader went in between
    }
    SHOMEI_TRY(pcsc_result(result, "SCardGetStatusChange"));
    std::vector<ReaderState> found(all.size());
    std::ranges::transform(asked, found.begin(), answer);
    return found;
  }
}

Result<std::optional<std::vector<ReaderState>>> Readers::wait(std::span<const ReaderState> known,
                                                              std::optional<std::chrono::milliseconds> limit) const {
  std::vector<SCARD_READERSTATE> asked;
  for (const ReaderState& reader : known) {
    asked.push_back(question(reader.name.c_str(), reader.raw));
  }
  // pcsc-lite compares the number of readers in the upper half with the one it has.
  asked.push_back(question(kReaderListChanges, static_cast<std::uint32_t>(known.size()) << 16));
  const LONG result = SCardGetStatusChange(
      context_->pcsc.handle(), limit ? static_cast<DWORD>(limit->count()) : INFINITE, asked.data(), asked.size());
  if (is(result, SCARD_E_CANCELLED) || is(result, SCARD_E_TIMEOUT)) {
    return std::nullopt;
  }
  const bool list_changed = is(result, SCARD_E_UNKNOWN_READER) || is(result, SCARD_E_NO_READERS_AVAILABLE) ||
                            (asked.back().dwEventState & SCARD_STATE_CHANGED) != 0;
  if (!list_changed) {
    SHOMEI_TRY(pcsc_result(result, "SCardGetStatusChange"));
    std::vector<ReaderState> found(known.size());
    std::transform(asked.begin(), asked.end() - 1, found.begin(), answer);
    return found;
  }
  return states();
}

void Readers::cancel() const noexcept {
  static_cast<void>(SCardCancel(context_->pcsc.handle()));
}

Result<std::string> choose_reader(std::span<const ReaderState> readers, std::string_view wanted) {
  std::vector<std::string> found;
  for (const ReaderState& reader : readers) {
    if (!wanted.empty() && reader.name == wanted) {
      return reader.name;
    }
    if (wanted.empty() ? reader.card_present : reader.name.find(wanted) != std::string::npos) {
      found.push_back(reader.name);
    }
  }
  if (found.size() > 1) {
    return fail(Code::kCardSeveral, fmt::format("{}", fmt::join(found, ", ")));
  }
  if (found.empty()) {
    return fail(readers.empty() || !wanted.empty() ? Code::kCardNoReader : Code::kCardNotPresent, std::string(wanted));
  }
  return found.front();
}

}  // namespace shomei::cards
