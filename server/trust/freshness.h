#pragma once

#include "auth/x509/validate.h"
#include "base/json.h"
#include "server/store/records.h"

namespace shomei::server {

/// How old a list is, judged by its issuer's rules. Stale: nextUpdate has passed.
enum class Level : std::uint8_t { kGood, kWarn, kAlarm, kStale };
/// "good", "warn", "alarm", "stale".
std::string_view name(Level level);

/// Thresholds for the lists of one issuer ([[crl.issuer]]).
struct IssuerRules {
  /// RFC 4514, or a part of it.
  std::string issuer;
  /// Since thisUpdate; where absent, a fraction of the list's own validity.
  std::optional<std::chrono::seconds> warn_after{};
  std::optional<std::chrono::seconds> alarm_after{};
  /// How long after nextUpdate logins still pass.
  std::chrono::seconds login_grace{0};
};

/// The first that fits an issuer counts.
struct FreshnessRules {
  std::vector<IssuerRules> issuers{};
  /// Of issuers that none of them names.
  std::chrono::seconds login_grace{0};

  static constexpr double kWarnFraction = 0.6;
  static constexpr double kAlarmFraction = 0.8;

  Level level(const CrlRecord& list, Time now) const;
  /// When the list's level becomes what comes next; nothing for a stale one.
  std::optional<Time> next_change(const CrlRecord& list, Time now) const;
  std::chrono::seconds grace_of(const std::string& issuer) const;
  std::chrono::seconds longest_grace() const;
};

/// After a judgement with the longest grace of all: holds each issuer's lists to the grace of that issuer. Where it was
/// not enough, a failing finding and an indeterminate verdict.
void hold_to_grace(auth::ValidationReport& report, const FreshnessRules& rules, Time now);

/// For the audit record of a login that passed on stale lists: [{"issuer", "next_update", "login_grace"}].
OrderedJson grace_used(const auth::ValidationReport& report, const FreshnessRules& rules, Time now);

}  // namespace shomei::server
