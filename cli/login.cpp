#include "cli/login.h"

#include <nlohmann/json.hpp>

#include "auth/token/jws.h"
#include "auth/token/login_proof.h"
#include "cli/agent_client.h"
#include "cli/remote.h"

namespace shomei::cli {
namespace {

void add_wishes(Json& body, const LoginOptions& options) {
  for (const auto& [name, value] : {std::pair{"facility", &options.facility},
                                    {"purpose_of_use", &options.purpose_of_use},
                                    {"reason", &options.reason}}) {
    if (!value->empty()) {
      body[name] = *value;
    }
  }
}

Result<Json> by_agent(AgentClient& agent, const LoginOptions& options) {
  Json body{{"server", options.server}};
  add_wishes(body, options);
  if (!options.key.reader.empty()) {
    body["reader"] = options.key.reader;
  }
  if (options.key.spend_last_try) {
    body["spend_last_try"] = true;
  }
  return agent.call("POST", "/v1/login", body);
}

/// The claims as they stand in the token that this server just gave over TLS.
Result<Json> claims_of(const std::string& token) {
  SHOMEI_TRY(const auto jws, auth::parse_jws(token));
  return parse_json(as_text(jws.payload));
}

/// RFC 6454 6.2: scheme, host and port, without path.
std::string origin_of(const std::string& base) {
  return base.substr(0, base.find('/', std::string_view("https://").size()));
}

Result<Json> by_own_hand(const LoginOptions& options, const Context& context) {
  SHOMEI_TRY(const auto base, server_base(options.server));
  SHOMEI_TRY(const auto client, https_client(options.tls_ca));
  SHOMEI_TRY(const auto challenge,
             call(*client, {"POST", base + "/v1/login/challenge", Json::object(), {}, context.language}));
  SHOMEI_TRY(const auto id, text_member(challenge, "challenge_id"));
  SHOMEI_TRY(const auto nonce, text_member(challenge, "nonce"));
  Json body{{"challenge_id", id}};
  add_wishes(body, options);
  SHOMEI_TRY(with_key(options.key, cards::Use::kAuthentication, context, [&](SigningKey& key) -> Result<void> {
    SHOMEI_TRY(const auto proof, auth::make_login_proof(key, origin_of(base), nonce, "shomei/" SHOMEI_VERSION));
    body["auth_token"] = Json(auth::to_json(proof));
    return {};
  }));
  SHOMEI_TRY(auto answer, call(*client, {"POST", base + "/v1/login/proof", body, {}, context.language}));
  SHOMEI_TRY(const auto token, text_member(answer, "access_token"));
  SHOMEI_TRY(answer["claims"], claims_of(token));
  return answer;
}

}  // namespace

Result<Login> log_in(const LoginOptions& options, const Context& context) {
  if (const auto agent = AgentClient::find(options.key, context)) {
    SHOMEI_TRY(auto answer, by_agent(*agent, options));
    return Login{std::move(answer), true};
  }
  SHOMEI_TRY(auto answer, by_own_hand(options, context));
  return Login{std::move(answer), false};
}

}  // namespace shomei::cli
