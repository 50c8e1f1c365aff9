#pragma once

#include <filesystem>
#include <memory>

#include "auth/token/claims.h"
#include "auth/token/jwks.h"
#include "base/signing_key.h"

namespace shomei::server {

struct TokenRules {
  std::string issuer;
  std::string audience;
  std::chrono::seconds lifetime{600};
};

struct Tokens {
  std::string access_token;
  std::string id_token;
};

/// What an access token of ours says about its bearer.
struct Bearer {
  std::string person;
  std::string session;
  Time expires_at;
};

/// Signs tokens (ES256) and knows its own again.
class TokenIssuer {
 public:
  /// `key`: an EC key whose public half is `public_key`.
  TokenIssuer(std::unique_ptr<SigningKey> key, const auth::PublicKey& public_key, TokenRules rules, const Clock& clock);

  /// Both tokens for a login. Fills issuer and times of `login`. Errors: crypto.failed.
  Result<Tokens> issue(auth::LoginClaims& login, const std::string& nonce);
  /// A further access token for the claims of `issue`, as to_claims_text gave them. Errors: json.malformed,
  /// token.malformed, crypto.failed.
  Result<std::string> issue_again(const std::string& claims_text);
  /// Anything else of this issuer: a JWS of that type over a JSON text. Errors: crypto.failed.
  Result<std::string> sign(std::string_view type, const std::string& payload);
  static std::string to_claims_text(const auth::LoginClaims& login);

  enum class Expiry : std::uint8_t { kMustBeAhead, kDoesNotMatter };
  /// Errors: session.unknown (not a token of ours, or expired where that matters).
  Result<Bearer> read(const std::string& access_token, Expiry expiry) const;

  const auth::JwkSet& keys() const { return keys_; }
  const TokenRules& rules() const { return rules_; }

 private:
  Result<std::string> sign_access_token(const auth::LoginClaims& login);
  std::unique_ptr<SigningKey> key_;
  auth::JwkSet keys_;
  std::string kid_;
  const TokenRules rules_;
  const Clock& clock_;
};

/// The key in `file`, made there (0600) when there is none. Errors: input.*, key.unsuitable (no P-256 key),
/// output.failed.
Result<std::unique_ptr<TokenIssuer>> open_token_issuer(const std::filesystem::path& file, TokenRules rules,
                                                       const Clock& clock);

}  // namespace shomei::server
