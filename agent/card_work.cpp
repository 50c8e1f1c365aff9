#include "agent/card_work.h"

#include "auth/x509/certificate.h"

namespace shomei::agent {
namespace {

std::string holder_of(ByteView certificate) {
  const auto parsed = auth::Certificate::parse(certificate);
  if (!parsed) {
    return {};
  }
  const auth::CertificateFacts& facts = parsed->facts();
  return facts.name_ja.empty() || facts.name.empty() ? facts.name_ja + facts.name
                                                     : facts.name_ja + " (" + facts.name + ")";
}

}  // namespace

Result<void> CardWork::run(Order order, const std::function<Result<void>(SigningKey&)>& use, Report& report) {
  const std::unique_lock turn(one_at_a_time_, order.patience);
  if (!turn) {
    return fail(Code::kCardBusy, "a dialog of the agent is open");
  }
  if (order.stop.stop_requested()) {
    return fail(Code::kPinCancelled);
  }
  SHOMEI_TRY(const auto key, desk_.open(order.matter.use, order.reader));
  report.reader = key->reader();
  report.departures = presence_.departures(report.reader);
  order.matter.reader = report.reader;
  order.matter.holder = holder_of(key->certificate());
  const Presence::Guard guard(presence_, report.reader, std::move(order.stop));
  PinFlowReport flow;
  Result<void> done =
      with_person(*key, prompt_, order.matter, {pin_entries_, order.spend_last_try}, guard.stop_token(), use, flow);
  report.tries_left = flow.tries_left;
  if (!done && done.error().code == Code::kPinCancelled && guard.card_left()) {
    return fail(Code::kCardRemoved, report.reader);
  }
  return done;
}

}  // namespace shomei::agent
