#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace shomei::auth {

/// What a login proves, for both tokens. Empty texts are left out of the tokens.
struct LoginClaims {
  std::string issuer{};
  /// Stable name of the person at this issuer.
  std::string subject{};
  std::string session{};
  Time issued_at{};
  Time expires_at{};
  Time auth_time{};
  std::string name{};
  std::string name_ja{};
  std::vector<std::string> hc_roles{};
  std::string facility{};
  /// hospital, clinic, dental, pharmacy, care, visiting-nurse, community-support, other.
  std::string facility_type{};
  std::vector<std::string> amr{"sc", "pin"};
  /// hpki, staff, substitute.
  std::string acr{};
  /// ip-vpn, ssl-vpn, internet.
  std::string network{};
  std::string purpose_of_use{};
  std::string reason{};
};

/// JWT access token, RFC 9068 2.2: iss, exp, aud, sub, client_id, iat, jti, and the login's claims.
struct AccessTokenClaims {
  LoginClaims login{};
  std::string audience{};
  std::string client_id{};
  std::string jti{};
};

/// ID token, OpenID Connect Core 2.
struct IdTokenClaims {
  LoginClaims login{};
  /// The client.
  std::string audience{};
  std::string nonce{};
};

inline constexpr std::string_view kAccessTokenType = "at+jwt";
inline constexpr std::string_view kIdTokenType = "JWT";

OrderedJson to_json(const AccessTokenClaims& claims);
OrderedJson to_json(const IdTokenClaims& claims);

/// Reads the payload of a verified access token. Errors: token.malformed naming the claim.
Result<AccessTokenClaims> parse_access_token(const Json& payload);

}  // namespace shomei::auth
