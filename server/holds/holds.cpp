#include "server/holds/holds.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "server/audit/audit.h"
#include "server/register/register.h"

namespace shomei::server {
namespace {

/// How old a list a gateway may go by, when it cannot fetch a newer one.
constexpr std::chrono::hours kLifetime{24};
/// Made anew after so long, so that who fetches has most of the lifetime ahead.
constexpr std::chrono::hours kRenewal{1};

std::string subject_of(const HoldTarget& target) {
  return target.person.empty() ? fmt::format("{} {}", target.issuer, target.serial) : target.person;
}

OrderedJson entries(const HoldRecords& records) {
  OrderedJson list = OrderedJson::array();
  for (const CardHold& card : records.cards) {
    list.push_back(
        {{"issuer", card.issuer}, {"serial", card.serial}, {"since", card.since.time_since_epoch().count()}});
  }
  for (const std::string& person : records.persons) {
    list.push_back({{"sub", person}});
  }
  return list;
}

}  // namespace

Result<std::size_t> Holds::hold(const HoldTarget& target, const std::string& reason, const std::string& actor) {
  if (!target.person.empty() || !reason.empty()) {
    SHOMEI_TRY(check_text("reason", reason));
  }
  const Time now = clock_.now();
  const Change change =
      target.person.empty()
          ? Change(change::HoldCard{
                {.issuer = target.issuer, .serial = target.serial, .reason = reason, .since = now, .by = actor}})
          : Change(change::SetHold{target.person, reason});
  const auto held = store_.commit({&change, 1}, audit_event(clock_, target.person.empty() ? "card.held" : "person.held",
                                                            actor, subject_of(target), {{"reason", reason}}));
  if (!held) {
    return held.error().code == Code::kStoreConflict
               ? fail(Code::kStoreConflict, subject_of(target) + " is on hold already")
               : std::unexpected(held.error());
  }
  forget_list();
  return sessions_.end_where(
      [&](const SessionRecord& session) {
        return target.person.empty()
                   ? session.card_issuer == target.issuer && session.certificate_serial == target.serial
                   : session.person == target.person;
      },
      "hold", actor);
}

Result<void> Holds::release(const HoldTarget& target, const Authority& authority) {
  const bool card = target.person.empty();
  std::vector<Change> changes{card ? Change(change::ReleaseCard{target.issuer, target.serial})
                                   : Change(change::SetHold{target.person, std::nullopt})};
  for (Change& closing : authority.closing(clock_.now())) {
    changes.push_back(std::move(closing));
  }
  OrderedJson detail = OrderedJson::object();
  authority.add_to(detail);
  SHOMEI_TRY(store_.commit(changes, audit_event(clock_, card ? "card.released" : "person.released", authority.actor,
                                                subject_of(target), detail)));
  forget_list();
  return {};
}

void Holds::forget_list() {
  const std::scoped_lock lock(mutex_);
  signed_.reset();
}

Result<void> Holds::sign(std::int64_t number) {
  SHOMEI_TRY(const HoldRecords records, store_.holds());
  const Time now = clock_.now();
  SignedHolds next{.jws = {}, .etag = {}, .expires_at = now + kLifetime};
  const OrderedJson payload = {{"iss", issuer_.rules().issuer},
                               {"iat", now.time_since_epoch().count()},
                               {"exp", next.expires_at.time_since_epoch().count()},
                               {"number", records.number},
                               {"entries", entries(records)}};
  SHOMEI_TRY(next.jws, issuer_.sign(kHoldsType, payload.dump()));
  next.etag = fmt::format("\"{}-{}\"", records.number, now.time_since_epoch().count());
  signed_ = std::move(next);
  number_ = std::max(number, records.number);
  return {};
}

Result<SignedHolds> Holds::list() {
  const std::scoped_lock lock(mutex_);
  const Time now = clock_.now();
  if (!signed_ || looked_at_ != now) {
    SHOMEI_TRY(const std::int64_t number, store_.hold_number());
    looked_at_ = now;
    if (!signed_ || number != number_ || signed_->expires_at < now + kLifetime - kRenewal) {
      SHOMEI_TRY(sign(number));
    }
  }
  return *signed_;
}

Result<void> Holds::sweep() {
  SHOMEI_TRY(const auto held, store_.held_sessions());
  for (const SessionRecord& session : held) {
    SHOMEI_TRY(sessions_.end(session.id, "hold", "server"));
  }
  return {};
}

}  // namespace shomei::server
