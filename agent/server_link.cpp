#include "agent/server_link.h"

#include <nlohmann/json.hpp>

#include "auth/token/jws.h"
#include "http/problem.h"

namespace shomei::agent {

Result<Json> ServerLink::call(const char* method, const char* path, const OrderedJson& body, const std::string& token) {
  HttpRequest request{
      .method = method, .url = origin_ + path, .headers = {{"content-type", "application/json"}}, .body = body.dump()};
  if (!token.empty()) {
    request.headers["authorization"] = "Bearer " + token;
  }
  SHOMEI_TRY(const HttpResponse response, transport_->send(request));
  return http::json_answer(response);
}

Result<Challenge> ServerLink::challenge() {
  SHOMEI_TRY(const Json answer, call("POST", "/v1/login/challenge", OrderedJson::object()));
  Challenge challenge;
  SHOMEI_TRY(challenge.id, text_member(answer, "challenge_id"));
  SHOMEI_TRY(challenge.nonce, text_member(answer, "nonce"));
  return challenge;
}

Result<Grant> ServerLink::prove(const Challenge& challenge, const OrderedJson& proof, const LoginWishes& wishes) {
  OrderedJson body{{"challenge_id", challenge.id}, {"auth_token", proof}, {"facility", wishes.facility}};
  if (!wishes.purpose_of_use.empty()) {
    body["purpose_of_use"] = wishes.purpose_of_use;
    body["reason"] = wishes.reason;
  }
  SHOMEI_TRY(const Json answer, call("POST", "/v1/login/proof", body));
  Grant grant;
  SHOMEI_TRY(grant.access_token, text_member(answer, "access_token"));
  SHOMEI_TRY(grant.id_token, text_member(answer, "id_token"));
  SHOMEI_TRY(grant.expires_in, number_member(answer, "expires_in"));
  SHOMEI_TRY(grant.session_id, text_member(answer, "session_id"));
  return grant;
}

Result<Lease> ServerLink::renew(const Grant& grant) {
  SHOMEI_TRY(const Json answer,
             call("POST", "/v1/session/lease", OrderedJson{{"session_id", grant.session_id}}, grant.access_token));
  Lease lease;
  SHOMEI_TRY(const std::int64_t seconds, number_member(answer, "expires_in"));
  lease.holds = std::chrono::seconds(seconds);
  SHOMEI_TRY(lease.access_token, text_member_or(answer, "access_token", ""));
  if (!lease.access_token.empty()) {
    SHOMEI_TRY(lease.token_expires_in, number_member(answer, "token_expires_in"));
  }
  return lease;
}

Result<void> ServerLink::end(const Grant& grant, std::string_view reason) {
  SHOMEI_TRY(call("DELETE", "/v1/session", {{"session_id", grant.session_id}, {"reason", reason}}, grant.access_token));
  return {};
}

Result<Json> claims_of(const std::string& token) {
  SHOMEI_TRY(const auth::Jws jws, auth::parse_jws(token));
  return parse_json(as_text(jws.payload));
}

}  // namespace shomei::agent
