#pragma once

#include <variant>

#include "base/bytes.h"
#include "base/json.h"

namespace shomei::server {

/// A change of what is trusted, as an administrator asks for it.
namespace trust_change {
/// Pins a CA for a use, if its SHA-256 is the one given (hexadecimal; case and colons do not matter).
struct AddCa {
  std::string use;
  Bytes der;
  std::string sha256;
};
struct RemoveCa {
  std::string use;
  std::string sha256;
};
struct ImportCrl {
  Bytes der;
  /// Also one that was set aside by a roll back.
  bool again = false;
};
/// TOML as in [profile] of the configuration; empty: back to the configuration's.
struct SetPolicy {
  std::string text;
};
/// What an earlier generation said.
struct RollBack {
  /// Zero: the one before the present one.
  std::int64_t to = 0;
  /// cas, crls or policy only; empty: all three.
  std::string only{};
};
}  // namespace trust_change

using TrustChange = std::variant<trust_change::AddCa, trust_change::RemoveCa, trust_change::ImportCrl,
                                 trust_change::SetPolicy, trust_change::RollBack>;

/// "ca.add", "ca.remove", "crl.import", "policy.set", "trust.rollback".
std::string_view kind_of(const TrustChange& change);

/// The members besides "kind": {"use", "certificate", "sha256"}, {"use", "sha256"}, {"crl", "again"?}, {"text"},
/// {"to"?, "only"?}. Binary is base64. Errors: json.malformed, usage (an unknown kind or word).
Result<TrustChange> trust_change_from(std::string_view kind, const Json& body);
Json to_json(const TrustChange& change);

}  // namespace shomei::server
