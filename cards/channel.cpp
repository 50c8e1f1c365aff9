#include "cards/channel.h"

#include <fmt/format.h>

#include "base/log.h"
#include "cards/atr.h"

namespace shomei::cards {
namespace {

constexpr std::size_t kShortData = 255;
constexpr std::size_t kShortExpected = 256;
constexpr std::size_t kMaxAnswer = kAll + 2;
constexpr std::uint8_t kChaining = 0x10;

Result<Response> split(Bytes answer) {
  if (answer.size() < 2) {
    return fail(Code::kCardRemoved, fmt::format("answer of {} bytes", answer.size()));
  }
  if (answer.size() > kMaxAnswer) {
    return fail(Code::kCardNoProgress, fmt::format("answer of {} bytes", answer.size()));
  }
  const auto sw = static_cast<std::uint16_t>(answer[answer.size() - 2] << 8 | answer.back());
  answer.resize(answer.size() - 2);
  return Response(std::move(answer), StatusWord(sw));
}

void trace(ByteView apdu, Redact redact, const Result<Response>& response) {
  const ByteView shown = redact == Redact::kYes ? apdu.first(std::min<std::size_t>(apdu.size(), 5)) : apdu;
  log::debug("card > {}{}  < {}", to_hex(shown), redact == Redact::kYes ? ".." : "",
             response ? fmt::format("{:04X}", response->status().value()) : describe(response.error()));
}

}  // namespace

CardTraits CardTraits::from_atr(ByteView atr, Protocol protocol) {
  const AtrCapabilities told = atr_capabilities(atr);
  return {.atr = to_bytes(atr),
          .protocol = protocol,
          .extended_length = protocol == Protocol::kT1 && told.extended_length.value_or(true),
          .short_identifiers = told.short_identifiers.value_or(true)};
}

Result<Response> Channel::transmit(const Command& command) {
  const bool wants_extended = command.data.size() > kShortData || command.expected > kShortExpected;
  if (!wants_extended || !traits_->extended_length) {
    return transmit_short(command);
  }
  SHOMEI_TRY(Response response, one(Apdu(command, Apdu::Form::kExtended, traits_->protocol), command.redact));
  if (response.status() == sw::kWrongLength) {
    traits_->extended_length = false;
    return transmit_short(command);
  }
  return collect(command, std::move(response));
}

Result<Response> Channel::transmit_short(const Command& command) {
  Command part = command;
  ByteView rest = command.data;
  while (rest.size() > kShortData) {
    part.cla = static_cast<std::uint8_t>(command.cla | kChaining);
    part.data = rest.first(kShortData);
    part.expected = 0;
    SHOMEI_TRY(Response response, one(Apdu(part, Apdu::Form::kShort, traits_->protocol), command.redact));
    if (!response.status().ok()) {
      return response;
    }
    rest = rest.subspan(kShortData);
  }
  part = command;
  part.data = rest;
  SHOMEI_TRY(Response response, one(Apdu(part, Apdu::Form::kShort, traits_->protocol), command.redact));
  return collect(part, std::move(response));
}

// ISO/IEC 7816-4, 5.3.4: 6Cxx gives the right Le, 61xx says that there is more.
Result<Response> Channel::collect(const Command& last, Response response) {
  if (response.status().sw1() == 0x6C) {
    Command again = last;
    again.expected = response.status().sw2() == 0 ? kShortExpected : response.status().sw2();
    SHOMEI_TRY(response, one(Apdu(again, Apdu::Form::kShort, traits_->protocol), last.redact));
  }
  StatusWord status = response.status();
  Bytes data = std::move(response).data_of_judged();
  while (status.sw1() == 0x61) {
    const Command more{.ins = 0xC0, .expected = status.sw2() == 0 ? kShortExpected : std::size_t{status.sw2()}};
    SHOMEI_TRY(Response next, one(Apdu(more, Apdu::Form::kShort, traits_->protocol), last.redact));
    status = next.status();
    const Bytes piece = std::move(next).data_of_judged();
    if (status.sw1() == 0x61 && (piece.empty() || data.size() + piece.size() > kAll)) {
      session_ = {};
      return fail(Code::kCardNoProgress, fmt::format("GET RESPONSE after {} bytes", data.size()));
    }
    data.insert(data.end(), piece.begin(), piece.end());
  }
  return Response(std::move(data), status);
}

Result<Response> Channel::one(const Apdu& apdu, Redact redact) {
  auto answer = exchange(apdu.view(), redact);
  Result<Response> response =
      answer ? split(*std::move(answer)) : Result<Response>(std::unexpected(std::move(answer).error()));
  trace(apdu.view(), redact, response);
  if (!response) {
    session_ = {};
  }
  return response;
}

}  // namespace shomei::cards
