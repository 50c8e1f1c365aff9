#include "server/oidc/token_issuer.h"

#include <nlohmann/json.hpp>

#include "auth/token/jws.h"
#include "auth/token/verify_token.h"
#include "base/digest.h"
#include "base/software_key.h"

namespace shomei::server {
namespace {

/// The one client of the plain API.
constexpr std::string_view kClient = "shomei";

}  // namespace

TokenIssuer::TokenIssuer(std::unique_ptr<SigningKey> key, const auth::PublicKey& public_key, TokenRules rules,
                         const Clock& clock)
    : key_(std::move(key)), rules_(std::move(rules)), clock_(clock) {
  kid_ = keys_.add(public_key);
}

Result<std::string> TokenIssuer::sign_access_token(const auth::LoginClaims& login) {
  const auth::AccessTokenClaims claims{.login = login,
                                       .audience = rules_.audience,
                                       .client_id = std::string(kClient),
                                       .jti = to_base64url(random_bytes(16))};
  return auth::sign_jws(*key_, kid_, auth::kAccessTokenType, auth::to_json(claims).dump());
}

Result<Tokens> TokenIssuer::issue(auth::LoginClaims& login, const std::string& nonce) {
  login.issuer = rules_.issuer;
  login.issued_at = login.auth_time = clock_.now();
  login.expires_at = login.issued_at + rules_.lifetime;
  Tokens tokens;
  SHOMEI_TRY(tokens.access_token, sign_access_token(login));
  const auth::IdTokenClaims id{.login = login, .audience = std::string(kClient), .nonce = nonce};
  SHOMEI_TRY(tokens.id_token, auth::sign_jws(*key_, kid_, auth::kIdTokenType, auth::to_json(id).dump()));
  return tokens;
}

std::string TokenIssuer::to_claims_text(const auth::LoginClaims& login) {
  return auth::to_json(
             auth::AccessTokenClaims{.login = login, .audience = "-", .client_id = std::string(kClient), .jti = "-"})
      .dump();
}

Result<std::string> TokenIssuer::issue_again(const std::string& claims_text) {
  SHOMEI_TRY(const Json json, parse_json(claims_text));
  SHOMEI_TRY(auth::AccessTokenClaims claims, auth::parse_access_token(json));
  claims.login.issued_at = clock_.now();
  claims.login.expires_at = claims.login.issued_at + rules_.lifetime;
  return sign_access_token(claims.login);
}

Result<std::string> TokenIssuer::sign(std::string_view type, const std::string& payload) {
  return auth::sign_jws(*key_, kid_, type, payload);
}

Result<Bearer> TokenIssuer::read(const std::string& access_token, Expiry expiry) const {
  auth::TokenExpectations expected{.issuer = rules_.issuer, .audience = rules_.audience};
  expected.now = clock_.now();
  const auto jws = auth::parse_jws(access_token);
  const auto claims_json = jws ? parse_json(as_text(jws->payload)) : fail(Code::kSessionUnknown);
  const auto claims = claims_json ? auth::parse_access_token(*claims_json) : fail(Code::kSessionUnknown);
  if (!claims) {
    return fail(Code::kSessionUnknown, "the bearer is no access token");
  }
  if (expiry == Expiry::kDoesNotMatter) {
    // Judged at a time at which it was good: everything but its age counts.
    expected.now = claims->login.issued_at;
  }
  const auto report = auth::verify_token(access_token, keys_, expected);
  if (!report || report->verdict != auth::Verdict::kValid) {
    return fail(Code::kSessionUnknown, "the access token is not valid here or has expired");
  }
  return Bearer{
      .person = claims->login.subject, .session = claims->login.session, .expires_at = claims->login.expires_at};
}

Result<std::unique_ptr<TokenIssuer>> open_token_issuer(const std::filesystem::path& file, TokenRules rules,
                                                       const Clock& clock) {
  std::unique_ptr<SoftwareKey> key;
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    SHOMEI_TRY(key, SoftwareKey::load(file));
  } else {
    SHOMEI_TRY(key, SoftwareKey::generate_p256());
    SHOMEI_TRY(key->save(file));
  }
  SHOMEI_TRY(const auth::PublicKey public_key, auth::PublicKey::parse(key->public_key()));
  if (public_key.type() != KeyType::kEc || public_key.bits() != 256) {
    return fail(Code::kKeyUnsuitable, file.native() + ": tokens are signed with a P-256 key");
  }
  return std::make_unique<TokenIssuer>(std::move(key), public_key, std::move(rules), clock);
}

}  // namespace shomei::server
