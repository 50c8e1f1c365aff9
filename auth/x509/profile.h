#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "auth/x509/algorithm_rules.h"
#include "auth/x509/finding.h"
#include "base/result.h"

namespace shomei {
class TomlTable;
}

namespace shomei::auth {

/// What a certificate is wanted for. `any` is RFC 5280 and no rule of the HPKI.
enum class Purpose : std::uint8_t { kAny, kSignature, kAuthentication, kTimestamp, kStaff, kTls };
std::string_view name(Purpose purpose);
std::optional<Purpose> purpose_from(std::string_view word);

/// Rules of one purpose for the end entity and the CA that issued it. An empty list asks nothing.
struct Profile {
  /// Exactly one of these must be among the end entity's certificatePolicies. Compared directly: CAs of the HPKI
  /// assert another OID than their end entities, so RFC 5280's policy tree comes out empty.
  std::vector<std::string> policies{};
  /// keyUsage must be one of these sets, exactly (bits of key_usage).
  std::vector<std::uint32_t> key_usages{};
  /// This extended key usage must be there.
  std::string extended_key_usage{};
  /// … critical, and no other beside it (RFC 3161 2.3).
  bool extended_key_usage_alone = false;
  /// SHA-256 (lower-case hexadecimal) of CA certificates that issue for this purpose.
  std::vector<std::string> ca_pins{};
  /// Nobody but a pinned CA issues for this purpose. Otherwise a CA is refused only if it is pinned for another.
  bool pins_required = false;
  /// A malformed hcRole is refused, unknown roles and test cards are looked for.
  bool hpki_rules = false;
};

struct Role {
  std::string text{};
  std::string ja{};
  /// Roles that speak for an institution: its name must stand in O, and an OU beside it.
  bool administrator = false;
};

/// Cards issued for tests chain to the production root; only the subject tells.
struct TestCardRule {
  Severity severity = Severity::kWarn;
  /// Shell patterns without regard to case.
  std::vector<std::string> serial_number{};
  std::vector<std::string> organization{};
  std::vector<std::string> name{};
};

/// All rules beyond RFC 5280, as data.
struct ProfileSet {
  std::map<Purpose, Profile> purposes{};
  std::string role_scheme{};
  /// Allow-list: a text that is not here is no role.
  std::vector<Role> roles{};
  TestCardRule test_card{};
  AlgorithmRules algorithms{};

  /// What is confirmed of the HPKI.
  static ProfileSet defaults();
  /// The defaults, changed by a table: [signature], [authentication], [staff], [timestamp], [tls] with policies,
  /// key_usages, ca_pins, pins_required; [test_card] with severity, serial_number, organization, name; [[roles]] with
  /// text, ja, administrator (replaces all); role_scheme; [algorithms] (see AlgorithmRules::read). Errors:
  /// config.invalid; the caller's `finish` finds unknown keys.
  static Result<ProfileSet> read(const TomlTable& table);
  /// A file of its own. Errors: input.*, config.*.
  static Result<ProfileSet> load(const std::filesystem::path& path);

  const Profile& of(Purpose purpose) const;
  /// The role of that text, or null.
  const Role* role(std::string_view text) const;
};

}  // namespace shomei::auth
