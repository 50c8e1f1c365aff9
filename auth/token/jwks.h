#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/x509/public_key.h"
#include "base/json.h"

namespace shomei::auth {

/// A public signature key with its name.
struct Jwk {
  std::string kid{};
  /// JWA name that the set binds the key to; empty where it does not.
  std::string alg{};
  PublicKey key;
};

/// RFC 7638, SHA-256, base64url.
std::string thumbprint(const PublicKey& key);

/// JWK Set (RFC 7517); a single JWK is a set of one. Keys whose kty or use is not for us are passed over (section 5),
/// and so is every member that is not asked for, private ones too: only the public key is ever kept.
class JwkSet {
 public:
  JwkSet() = default;
  /// Errors: json.malformed; token.malformed (no keys array, a broken key, two keys of one kid, more than 64 keys).
  static Result<JwkSet> parse(std::string_view text);
  /// Adds a key under its thumbprint and says which that is.
  std::string add(const PublicKey& key);
  /// The key of that kid, or null.
  const Jwk* find(std::string_view kid) const;
  const std::vector<Jwk>& keys() const { return keys_; }
  /// Public members only, with use "sig", alg and kid.
  OrderedJson to_json() const;

 private:
  std::vector<Jwk> keys_;
};

}  // namespace shomei::auth
