#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/token/jwks.h"
#include "auth/x509/finding.h"
#include "base/clock.h"

namespace shomei::auth {

/// What a token must be. Empty texts are not asked (a gateway always names issuer and audience).
struct TokenExpectations {
  std::string issuer{};
  std::string audience{};
  /// "at+jwt" also in its long form "application/at+jwt" (RFC 9068 4); empty: any.
  std::string type = "at+jwt";
  Time now{};
  /// Clock difference allowed for exp, nbf and iat.
  std::chrono::seconds skew{30};
  /// Signature alone: any algorithm that `verify_jws` knows, no claim is looked at.
  bool signature_only = false;
};

struct TokenReport {
  Verdict verdict = Verdict::kInvalid;
  /// The payload as JSON text; only of a token whose signature is right, else empty. With `signature_only` it may be
  /// any text.
  std::string claims{};
  std::vector<Finding> findings{};
};

/// RFC 8725 and RFC 9068 4: ES256 alone, key by kid (without kid only from a set of one), crit refused, typ, iss, aud,
/// exp (must be there), nbf, iat; duplicate members anywhere are refused.
/// Errors: token.malformed, input.too_large (it is no token at all).
Result<TokenReport> verify_token(std::string_view token, const JwkSet& keys, const TokenExpectations& expected);

/// `token verify --json`.
OrderedJson to_json(const TokenReport& report, Language language = Language::kEn);

}  // namespace shomei::auth
