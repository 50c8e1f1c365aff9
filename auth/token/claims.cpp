#include "auth/token/claims.h"

#include <nlohmann/json.hpp>

namespace shomei::auth {
namespace {

/// Members that are texts, and are left out where they are empty.
struct TextClaim {
  const char* name;
  std::string LoginClaims::* member;
};
constexpr TextClaim kTexts[] = {
    {"sid", &LoginClaims::session},
    {"name", &LoginClaims::name},
    {"name_ja", &LoginClaims::name_ja},
    {"facility", &LoginClaims::facility},
    {"facility_type", &LoginClaims::facility_type},
    {"acr", &LoginClaims::acr},
    {"network", &LoginClaims::network},
    {"purpose_of_use", &LoginClaims::purpose_of_use},
    {"reason", &LoginClaims::reason},
};

std::int64_t seconds(Time time) {
  return time.time_since_epoch().count();
}

OrderedJson common(const LoginClaims& login, std::string_view audience) {
  OrderedJson json{{"iss", login.issuer},
                   {"sub", login.subject},
                   {"aud", audience},
                   {"iat", seconds(login.issued_at)},
                   {"exp", seconds(login.expires_at)},
                   {"auth_time", seconds(login.auth_time)}};
  for (const TextClaim& claim : kTexts) {
    if (const std::string& text = login.*claim.member; !text.empty()) {
      json[claim.name] = text;
    }
  }
  json["hc_roles"] = login.hc_roles;
  json["amr"] = login.amr;
  return json;
}

Result<std::string> text(const Json& payload, std::string_view name) {
  auto value = text_member(payload, name);
  return value ? *std::move(value) : Result<std::string>(fail(Code::kTokenMalformed, std::string(name)));
}

Result<Time> time(const Json& payload, std::string_view name) {
  const auto value = number_member(payload, name);
  if (!value || *value < 0 || *value > seconds(Time(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31)))) {
    return fail(Code::kTokenMalformed, std::string(name));
  }
  return Time(std::chrono::seconds(*value));
}

Result<std::vector<std::string>> texts(const Json& payload, const char* name) {
  const auto found = payload.find(name);
  std::vector<std::string> list;
  if (found == payload.end() || !found->is_array()) {
    return fail(Code::kTokenMalformed, name);
  }
  for (const Json& item : *found) {
    if (!item.is_string()) {
      return fail(Code::kTokenMalformed, name);
    }
    list.push_back(item.get<std::string>());
  }
  return list;
}

}  // namespace

OrderedJson to_json(const AccessTokenClaims& claims) {
  OrderedJson json = common(claims.login, claims.audience);
  json["client_id"] = claims.client_id;
  json["jti"] = claims.jti;
  return json;
}

OrderedJson to_json(const IdTokenClaims& claims) {
  OrderedJson json = common(claims.login, claims.audience);
  if (!claims.nonce.empty()) {
    json["nonce"] = claims.nonce;
  }
  return json;
}

Result<AccessTokenClaims> parse_access_token(const Json& payload) {
  if (!payload.is_object()) {
    return fail(Code::kTokenMalformed, "payload");
  }
  AccessTokenClaims claims;
  LoginClaims& login = claims.login;
  SHOMEI_TRY(login.issuer, text(payload, "iss"));
  SHOMEI_TRY(login.subject, text(payload, "sub"));
  SHOMEI_TRY(claims.audience, text(payload, "aud"));
  SHOMEI_TRY(claims.client_id, text(payload, "client_id"));
  SHOMEI_TRY(claims.jti, text(payload, "jti"));
  SHOMEI_TRY(login.issued_at, time(payload, "iat"));
  SHOMEI_TRY(login.expires_at, time(payload, "exp"));
  SHOMEI_TRY(login.auth_time, time(payload, "auth_time"));
  SHOMEI_TRY(login.hc_roles, texts(payload, "hc_roles"));
  SHOMEI_TRY(login.amr, texts(payload, "amr"));
  for (const TextClaim& claim : kTexts) {
    if (payload.contains(claim.name)) {
      SHOMEI_TRY(login.*claim.member, text(payload, claim.name));
    }
  }
  return claims;
}

}  // namespace shomei::auth
