#include "auth/x509/profile_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>

namespace shomei::auth {
namespace {

/// One question's context: the end entity of a path and where answers go.
struct Judge {
  const CertificateFacts& leaf;
  const ProfileSet& profiles;
  ValidationReport& report;

  void add(Check check, Severity severity, std::string detail = {}, std::size_t certificate = 0) const {
    report.findings.push_back({certificate, check, severity, std::move(detail)});
  }
};

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

void check_ca(const Judge& judge, const Path& path, Purpose purpose, const Profile& profile) {
  const std::string ca = path.size() > 1 ? path[1].facts().sha256 : judge.leaf.sha256;
  if (contains(profile.ca_pins, ca)) {
    return;
  }
  const auto other = std::ranges::find_if(judge.profiles.purposes, [&](const auto& row) {
    return row.first != purpose && contains(row.second.ca_pins, ca);
  });
  if (other != judge.profiles.purposes.end()) {
    judge.add(Check::kProfileCa, Severity::kFail, fmt::format("CA for {}", name(other->first)), 1);
  } else if (profile.pins_required) {
    judge.add(Check::kProfileCa, Severity::kFail, fmt::format("CA {} is not pinned", ca), 1);
  }
}

void check_policy(const Judge& judge, const Profile& profile) {
  if (profile.policies.empty()) {
    return;
  }
  std::vector<std::string> both;
  std::ranges::copy_if(profile.policies, std::back_inserter(both),
                       [&](const std::string& oid) { return contains(judge.leaf.policies, oid); });
  if (both.empty()) {
    judge.add(Check::kProfilePolicy, Severity::kFail, fmt::format("{}", fmt::join(judge.leaf.policies, " ")));
  }
  judge.report.policies = std::move(both);
}

void check_key_usage(const Judge& judge, const Profile& profile) {
  const auto usage = judge.leaf.key_usage;
  if (!profile.key_usages.empty() &&
      (!usage || std::ranges::find(profile.key_usages, *usage) == profile.key_usages.end())) {
    judge.add(Check::kProfileKeyUsage, Severity::kFail, usage ? key_usage::text(*usage) : "no keyUsage");
  }
  if (profile.extended_key_usage.empty()) {
    return;
  }
  const auto& extended = judge.leaf.extended_key_usage;
  const bool alone = judge.leaf.extended_key_usage_critical && extended.size() == 1;
  if (!contains(extended, profile.extended_key_usage) || (profile.extended_key_usage_alone && !alone)) {
    judge.add(Check::kProfileExtendedKeyUsage, Severity::kFail, fmt::format("{}", fmt::join(extended, " ")));
  }
}

void check_roles(const Judge& judge, const Profile& profile) {
  const CertificateFacts& leaf = judge.leaf;
  if (leaf.hc_role_error) {
    judge.add(Check::kHcRoleMalformed, profile.hpki_rules ? Severity::kFail : Severity::kWarn, *leaf.hc_role_error);
    return;
  }
  for (const HcRole& role : leaf.hc_roles) {
    const Role* known = judge.profiles.role(role.text);
    if (role.scheme != judge.profiles.role_scheme) {
      judge.add(Check::kHcRoleScheme, Severity::kWarn, fmt::format("{}: {}", role.scheme, role.text));
    } else if (known == nullptr) {
      judge.add(Check::kHcRoleUnknown, Severity::kWarn, role.text);
    } else {
      judge.report.hc_roles.push_back(role.text);
      if (known->administrator && (leaf.organization.empty() || leaf.organizational_unit.empty())) {
        judge.add(Check::kHcRoleDirector, Severity::kWarn, role.text);
      }
    }
  }
  if (profile.hpki_rules && leaf.hc_roles.empty()) {
    judge.add(Check::kHcRoleAbsent, Severity::kInfo);
  }
}

bool matches(const std::vector<std::string>& patterns, const std::string& text) {
  // Patterns are ours, the text is not: bounded, so that no text makes the match slow.
  const std::string bounded = text.substr(0, 128);
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), bounded.c_str(), FNM_CASEFOLD | FNM_NOESCAPE) == 0;
  });
}

void check_test_card(const Judge& judge) {
  const TestCardRule& rule = judge.profiles.test_card;
  const CertificateFacts& leaf = judge.leaf;
  if (matches(rule.serial_number, leaf.serial_number) || matches(rule.organization, leaf.organization) ||
      matches(rule.name, leaf.name)) {
    judge.add(Check::kTestCard, rule.severity, fmt::format("{} {}", leaf.name, leaf.serial_number));
  }
}

}  // namespace

void check_profile(const Path& path, Purpose purpose, const ProfileSet& profiles, ValidationReport& report) {
  const Judge judge{path.front().facts(), profiles, report};
  const Profile& profile = profiles.of(purpose);
  check_roles(judge, profile);
  if (purpose == Purpose::kAny) {
    return;
  }
  check_ca(judge, path, purpose, profile);
  check_policy(judge, profile);
  check_key_usage(judge, profile);
  if (judge.leaf.is_ca) {
    judge.add(Check::kProfileKeyUsage, Severity::kFail, "a CA certificate");
  }
  if (profile.hpki_rules) {
    check_test_card(judge);
  }
}

}  // namespace shomei::auth
