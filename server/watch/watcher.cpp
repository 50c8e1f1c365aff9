#include "server/watch/watcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shomei::server {
namespace {

Notice notice_of(const CrlRecord& list, Level level) {
  const std::string next = list.next_update ? to_rfc3339(*list.next_update) : "never";
  const bool stale = level == Level::kStale;
  return {.key = fmt::format("crl.level:{}:{}", list.sha256, name(level)),
          .kind = "crl.level",
          .level = level == Level::kWarn ? log::Level::kWarn : log::Level::kError,
          .en = stale
                    ? fmt::format("CRL {} of {} is stale since {}: nothing that it covers is accepted any more, but for"
                                  " the login grace of its issuer",
                                  list.number, list.issuer, next)
                    : fmt::format("CRL {} of {} is of {}, and nothing newer has come; it ends {}", list.number,
                                  list.issuer, to_rfc3339(list.this_update), next),
          .ja = stale ? fmt::format("{} の CRL {} は {} に期限切れとなりました。", list.issuer, list.number, next)
                      : fmt::format("{} の CRL {}（{} 発行）より新しいものが届いていません。期限は {} です。",
                                    list.issuer, list.number, to_rfc3339(list.this_update), next),
          .object = {{"issuer", list.issuer},
                     {"scope", list.scope},
                     {"number", list.number},
                     {"sha256", list.sha256},
                     {"this_update", to_rfc3339(list.this_update)},
                     {"next_update", next},
                     {"level", name(level)}}};
}

Notice notice_of(const Expiring& one, int threshold, Time now) {
  const std::string end = to_rfc3339(one.not_after);
  return {.key = fmt::format("expiry:{}:{}:{}:{}", one.kind, one.sha256, one.of, threshold),
          .kind = "expiry",
          .level = threshold <= 7 ? log::Level::kError : log::Level::kWarn,
          .en = threshold == 0 ? fmt::format("The certificate of {} ({}) expired {}", one.subject, one.kind, end)
                               : fmt::format("The certificate of {} ({}) expires {}, in {} days", one.subject, one.kind,
                                             end, days_left(one, now)),
          .ja = threshold == 0 ? fmt::format("{}（{}）の証明書は {} に期限が切れました。", one.subject, one.kind, end)
                               : fmt::format("{}（{}）の証明書はあと {} 日、{} に期限が切れます。", one.subject,
                                             one.kind, days_left(one, now), end),
          .object = to_json(one, now)};
}

}  // namespace

void Watcher::look() {
  const Time now = parts_.clock.now();
  look_at_lists(now);
  if (now >= certificates_seen_ + std::chrono::hours(1)) {
    certificates_seen_ = now;
    look_at_certificates(now);
  }
}

void Watcher::look_at_lists(Time now) {
  for (const TrustSnapshot::List& list : parts_.trust.snapshot()->lists) {
    const Level level = parts_.freshness.level(list.record, now);
    // A delta that was not followed by another is of no use, and of no harm: its complete list counts.
    if (level != Level::kGood && !list.crl.facts().is_delta) {
      parts_.notices.tell(notice_of(list.record, level));
    }
  }
}

void Watcher::look_at_certificates(Time now) {
  const auto found = expiring(parts_.store, *parts_.trust.snapshot(), parts_.watched, now, kExpiryDays.front());
  if (!found) {
    log::error("expiry: {}", describe(found.error()));
    return;
  }
  for (const Expiring& one : *found) {
    if (const auto threshold = threshold_of(one, now)) {
      parts_.notices.tell(notice_of(one, *threshold, now));
    }
  }
  const std::scoped_lock lock(mutex_);
  expiring_ = *std::move(found);
}

void Watcher::write_metrics(MetricsText& text) const {
  const Time now = parts_.clock.now();
  const auto trust = parts_.trust.snapshot();
  const auto each = [&](std::string_view name, std::string_view help, auto value) {
    text.family(name, "gauge", help);
    for (const TrustSnapshot::List& list : trust->lists) {
      text.sample(Labels{{"issuer", list.record.issuer}, {"scope", list.record.scope}},
                  static_cast<double>(value(list.record)));
    }
  };
  each("shomei_crl_age_seconds", "Time since thisUpdate of the list in force.",
       [&](const CrlRecord& list) { return (now - list.this_update).count(); });
  each("shomei_crl_next_update_seconds", "Time until nextUpdate of the list in force; negative when it is past.",
       [&](const CrlRecord& list) { return (list.next_update.value_or(list.this_update) - now).count(); });
  each("shomei_crl_entries", "Entries of the list in force.", [](const CrlRecord& list) { return list.entries; });
  each("shomei_crl_level", "0 good, 1 warn, 2 alarm, 3 stale.",
       [&](const CrlRecord& list) { return static_cast<int>(parts_.freshness.level(list, now)); });
  text.family("shomei_expiring_certificates", "gauge", "Certificates that expire within so many days, by kind.");
  const std::scoped_lock lock(mutex_);
  for (const std::string_view kind : {"person", "ca", "anchor", "tsa", "server"}) {
    for (const int days : kExpiryDays) {
      const auto within = [&](const Expiring& one) {
        return one.kind == kind && one.not_after - now <= days * std::chrono::hours(24);
      };
      text.sample(Labels{{"kind", kind}, {"days", std::to_string(days)}},
                  static_cast<double>(std::ranges::count_if(expiring_, within)));
    }
  }
}

}  // namespace shomei::server
