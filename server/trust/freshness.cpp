#include "server/trust/freshness.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace shomei::server {
namespace {

const IssuerRules* rules_of(const FreshnessRules& rules, const std::string& issuer) {
  const auto fits = [&](const IssuerRules& one) { return issuer.contains(one.issuer); };
  const auto found = std::ranges::find_if(rules.issuers, fits);
  return found == rules.issuers.end() ? nullptr : &*found;
}

std::chrono::seconds part_of(std::chrono::seconds whole, double fraction) {
  return std::chrono::duration_cast<std::chrono::seconds>(whole * fraction);
}

/// When a list comes to warn, alarm and stale, in this order.
std::array<Time, 3> steps_of(const FreshnessRules& rules, const CrlRecord& list) {
  const Time end = list.next_update.value_or(list.this_update);
  const IssuerRules* own = rules_of(rules, list.issuer);
  const auto after = [&](const std::optional<std::chrono::seconds>& chosen, double fraction) {
    const auto age = chosen.value_or(part_of(end - list.this_update, fraction));
    return std::min(end, list.this_update + age);
  };
  return {after(own == nullptr ? std::nullopt : own->warn_after, FreshnessRules::kWarnFraction),
          after(own == nullptr ? std::nullopt : own->alarm_after, FreshnessRules::kAlarmFraction), end};
}

/// Who issued the certificate that the status speaks of.
std::string issuer_of(const auth::ValidationReport& report, const auth::RevocationStatus& status) {
  return status.certificate < report.path.size() ? report.path[status.certificate].facts().issuer : std::string();
}

bool rests_on_stale(const auth::RevocationStatus& status, Time now) {
  return status.state == auth::RevocationState::kGood && status.source == "crl" &&
         (!status.next_update || *status.next_update < now);
}

}  // namespace

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 4> kNames{"good", "warn", "alarm", "stale"};
  return kNames.at(static_cast<std::size_t>(level));
}

Level FreshnessRules::level(const CrlRecord& list, Time now) const {
  const auto [warn, alarm, stale] = steps_of(*this, list);
  // In force until nextUpdate, that second included.
  return now > stale ? Level::kStale : now >= alarm ? Level::kAlarm : now >= warn ? Level::kWarn : Level::kGood;
}

std::optional<Time> FreshnessRules::next_change(const CrlRecord& list, Time now) const {
  for (const Time step : steps_of(*this, list)) {
    if (now < step) {
      return step;
    }
  }
  return std::nullopt;
}

std::chrono::seconds FreshnessRules::grace_of(const std::string& issuer) const {
  const IssuerRules* own = rules_of(*this, issuer);
  return own == nullptr ? login_grace : own->login_grace;
}

std::chrono::seconds FreshnessRules::longest_grace() const {
  std::chrono::seconds longest = login_grace;
  for (const IssuerRules& one : issuers) {
    longest = std::max(longest, one.login_grace);
  }
  return longest;
}

void hold_to_grace(auth::ValidationReport& report, const FreshnessRules& rules, Time now) {
  for (auth::RevocationStatus& status : report.revocation) {
    const auto grace = rules.grace_of(issuer_of(report, status));
    if (rests_on_stale(status, now) && (!status.next_update || now > *status.next_update + grace)) {
      status.state = auth::RevocationState::kUnknown;
      report.findings.push_back({.certificate = status.certificate,
                                 .check = auth::Check::kRevocationUnknown,
                                 .severity = auth::Severity::kFail,
                                 .detail = fmt::format("the CRL's nextUpdate {} has passed",
                                                       to_rfc3339(status.next_update.value_or(Time{})))});
      if (report.verdict == auth::Verdict::kValid) {
        report.verdict = auth::Verdict::kIndeterminate;
      }
    }
  }
}

OrderedJson grace_used(const auth::ValidationReport& report, const FreshnessRules& rules, Time now) {
  OrderedJson used = OrderedJson::array();
  for (const auth::RevocationStatus& status : report.revocation) {
    if (rests_on_stale(status, now)) {
      const std::string issuer = issuer_of(report, status);
      used.push_back({{"issuer", issuer},
                      {"next_update", to_rfc3339(status.next_update.value_or(Time{}))},
                      {"login_grace", rules.grace_of(issuer).count()}});
    }
  }
  return used;
}

}  // namespace shomei::server
