#include "cards/connection.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "cards/pcsc_worker.h"

namespace shomei::cards {
namespace {

constexpr DWORD kProtocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;

Result<Bytes> connect(PcscHandles& handles) {
  SHOMEI_TRY(PcscContext context, PcscContext::establish());
  handles.context.emplace(std::move(context));
  SHOMEI_TRY(pcsc_result(SCardConnect(handles.context->handle(), handles.reader.c_str(), SCARD_SHARE_SHARED, kProtocols,
                                      &handles.card, &handles.protocol),
                         "SCardConnect", handles.reader));
  handles.connected = true;
  DWORD name_length = 0;
  DWORD state = 0;
  std::array<BYTE, MAX_ATR_SIZE> atr{};
  DWORD atr_length = atr.size();
  SHOMEI_TRY(
      pcsc_result(SCardStatus(handles.card, nullptr, &name_length, &state, &handles.protocol, atr.data(), &atr_length),
                  "SCardStatus", handles.reader));
  return Bytes(atr.data(), atr.data() + atr_length);
}

/// After a reset by another program the handle is of no use until SCardReconnect.
Result<void> begin_transaction(PcscHandles& handles) {
  LONG result = SCardBeginTransaction(handles.card);
  if (is(result, SCARD_W_RESET_CARD)) {
    SHOMEI_TRY(
        pcsc_result(SCardReconnect(handles.card, SCARD_SHARE_SHARED, kProtocols, SCARD_LEAVE_CARD, &handles.protocol),
                    "SCardReconnect", handles.reader));
    result = SCardBeginTransaction(handles.card);
  }
  SHOMEI_TRY(pcsc_result(result, "SCardBeginTransaction", handles.reader));
  handles.in_transaction = true;
  return {};
}

Result<void> end_transaction(PcscHandles& handles, bool reset) {
  handles.in_transaction = false;
  return pcsc_result(SCardEndTransaction(handles.card, reset ? SCARD_RESET_CARD : SCARD_LEAVE_CARD),
                     "SCardEndTransaction", handles.reader);
}

/// The command in the worker's hands: it may outlive the caller's, and is wiped with the job.
struct Outgoing {
  explicit Outgoing(ByteView apdu) : size(apdu.size()) {
    SHOMEI_CHECK(size <= bytes.size());
    std::ranges::copy(apdu, bytes.begin());
  }
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;
  ~Outgoing() { wipe(bytes); }
  std::array<std::uint8_t, Apdu::kMaxSize> bytes{};
  std::size_t size;
};

Result<Bytes> send(PcscHandles& handles, const Outgoing& command) {
  const SCARD_IO_REQUEST& protocol = handles.protocol == SCARD_PROTOCOL_T0 ? *SCARD_PCI_T0 : *SCARD_PCI_T1;
  Bytes answer(MAX_BUFFER_SIZE_EXTENDED);
  DWORD length = answer.size();
  SHOMEI_TRY(pcsc_result(
      SCardTransmit(handles.card, &protocol, command.bytes.data(), command.size, nullptr, answer.data(), &length),
      "SCardTransmit", handles.reader));
  return Bytes(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(length));
}

}  // namespace

struct CardConnection::State {
  std::unique_ptr<PcscWorker> worker;
  CardLimits limits;
  std::shared_ptr<CardTraits> traits;
};

class CardConnection::Transaction final : public Channel {
 public:
  explicit Transaction(std::shared_ptr<State> state) : Channel(state->traits), state_(std::move(state)) {}

  ~Transaction() override {
    const bool reset = session().pin_verified || session().reset_at_end;
    auto ended = state_->worker->run<void>(state_->limits.answer, Code::kCardNoProgress,
                                           [reset](PcscHandles& handles) { return end_transaction(handles, reset); });
    if (!ended && ended.error().code != Code::kCardRemoved) {
      log::debug("{}", describe(ended.error()));
    }
  }

  Result<Bytes> exchange(ByteView apdu, Redact) override {
    const auto command = std::make_shared<const Outgoing>(apdu);
    return state_->worker->run<Bytes>(state_->limits.answer, Code::kCardNoProgress,
                                      [command](PcscHandles& handles) { return send(handles, *command); });
  }

 private:
  std::shared_ptr<State> state_;
};

CardConnection::CardConnection(std::shared_ptr<State> state) : state_(std::move(state)) {}
CardConnection::CardConnection(CardConnection&&) noexcept = default;
CardConnection& CardConnection::operator=(CardConnection&&) noexcept = default;
CardConnection::~CardConnection() = default;

const CardTraits& CardConnection::traits() const {
  return *state_->traits;
}

Result<CardConnection> CardConnection::open(std::string_view reader, CardLimits limits) {
  SHOMEI_TRY(auto worker, PcscWorker::start());
  struct Opened {
    Bytes atr;
    Protocol protocol;
  };
  SHOMEI_TRY(const Opened opened,
             worker->run<Opened>(limits.begin, Code::kCardBusy,
                                 [name = std::string(reader)](PcscHandles& handles) -> Result<Opened> {
                                   handles.reader = name;
                                   SHOMEI_TRY(Bytes atr, connect(handles));
                                   const bool t0 = handles.protocol == SCARD_PROTOCOL_T0;
                                   return Opened{std::move(atr), t0 ? Protocol::kT0 : Protocol::kT1};
                                 }));
  auto traits = std::make_shared<CardTraits>(CardTraits::from_atr(opened.atr, opened.protocol));
  return CardConnection(std::make_shared<State>(State{std::move(worker), limits, std::move(traits)}));
}

Result<std::unique_ptr<Channel>> CardConnection::begin() {
  SHOMEI_TRY(state_->worker->run<void>(state_->limits.begin, Code::kCardBusy, begin_transaction));
  return std::make_unique<Transaction>(state_);
}

}  // namespace shomei::cards
