#include "server/oidc/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "http/problem.h"
#include "server/oidc/authority.h"

namespace shomei::server {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMaxText = 1000;
constexpr std::array<std::string_view, 3> kPurposes{"treatment", "emergency", "administration"};
constexpr std::array<std::string_view, 3> kEndReasons{"logout", "card-removed", "locked"};

/// Optional text of an object, bounded.
Result<std::string> short_text(const Json& body, std::string_view name, std::string_view fallback = "") {
  SHOMEI_TRY(std::string text, text_member_or(body, name, fallback));
  if (text.size() > kMaxText) {
    return fail(Code::kInputTooLarge, fmt::format("{}: at most {} bytes", name, kMaxText));
  }
  return text;
}

template <class Words>
Result<void> one_of(const Words& words, const std::string& word, std::string_view name) {
  return std::ranges::find(words, word) != words.end()
             ? Result<void>()
             : fail(Code::kUsage, fmt::format("{} must be one of {}", name, fmt::join(words, ", ")));
}

/// "ocsp": a list of OCSP responses, each DER in base64.
Result<std::vector<auth::OcspResponse>> stapled_answers(const Json& body) {
  constexpr std::size_t kMost = 4;
  std::vector<auth::OcspResponse> answers;
  const Json list = body.value("ocsp", Json::array());
  if (!list.is_array() || list.size() > kMost) {
    return fail(Code::kJsonMalformed, fmt::format("ocsp must be a list of at most {} texts", kMost));
  }
  for (const Json& one : list) {
    if (!one.is_string()) {
      return fail(Code::kJsonMalformed, "ocsp must be a list of texts");
    }
    SHOMEI_TRY(const Bytes der, from_base64(one.get_ref<const std::string&>()));
    SHOMEI_TRY(auth::OcspResponse answer, auth::OcspResponse::parse(der));
    answers.push_back(std::move(answer));
  }
  return answers;
}

Result<ProofRequest> read_proof_request(const Request& request) {
  SHOMEI_TRY(const Json body, request.json());
  SHOMEI_TRY(only_members(body, {"challenge_id", "auth_token", "facility", "purpose_of_use", "reason", "ocsp"}));
  ProofRequest proof;
  SHOMEI_TRY(proof.challenge_id, text_member(body, "challenge_id"));
  if (!body.contains("auth_token")) {
    return fail(Code::kJsonMalformed, "auth_token is missing");
  }
  SHOMEI_TRY(proof.proof, auth::parse_login_proof(body.at("auth_token")));
  SHOMEI_TRY(proof.facility, short_text(body, "facility"));
  SHOMEI_TRY(proof.purpose_of_use, short_text(body, "purpose_of_use", kPurposes.front()));
  SHOMEI_TRY(one_of(kPurposes, proof.purpose_of_use, "purpose_of_use"));
  SHOMEI_TRY(proof.reason, short_text(body, "reason"));
  SHOMEI_TRY(proof.ocsp, stapled_answers(body));
  proof.remote_address = request.remote_address;
  return proof;
}

Result<Response> challenge(const LoginParts& parts, const Request& request) {
  if (!request.body.empty()) {
    SHOMEI_TRY(const Json body, request.json());
    SHOMEI_TRY(only_members(body, {}));
  }
  const LoginChallenge made = parts.challenges.make();
  return http::json_response(
      {{"challenge_id", made.id}, {"nonce", made.nonce}, {"expires_in", Challenges::kLifetime.count()}});
}

Result<Response> proof(const LoginParts& parts, const Request& request) {
  SHOMEI_TRY(const ProofRequest wanted, read_proof_request(request));
  SHOMEI_TRY(const LoginOutcome outcome, prove_login(parts, wanted));
  if (const auto* refused = std::get_if<LoginRefused>(&outcome)) {
    return refusal(*refused, http::language_of(request));
  }
  const auto& granted = std::get<LoginGranted>(outcome);
  return http::json_response({{"access_token", granted.tokens.access_token},
                              {"id_token", granted.tokens.id_token},
                              {"token_type", "Bearer"},
                              {"expires_in", granted.expires_in.count()},
                              {"session_id", granted.session_id},
                              {"lease", granted.lease.count()}});
}

/// The bearer, who must be that of the session. Errors: session.unknown, not_permitted.
Result<Bearer> bearer_of_session(const LoginParts& parts, const Request& request, const std::string& session) {
  SHOMEI_TRY(Bearer bearer, parts.issuer.read(request.bearer().value_or(""), TokenIssuer::Expiry::kDoesNotMatter));
  return bearer.session == session ? Result<Bearer>(std::move(bearer)) : fail(Code::kNotPermitted, "another session");
}

Result<Response> lease(const LoginParts& parts, const Request& request) {
  SHOMEI_TRY(const Json body, request.json());
  SHOMEI_TRY(only_members(body, {"session_id"}));
  SHOMEI_TRY(const std::string id, text_member(body, "session_id"));
  SHOMEI_TRY(const Bearer bearer, bearer_of_session(parts, request, id));
  SHOMEI_TRY(const auto holds, parts.sessions.renew(id));
  Json answer = {{"expires_in", holds.count()}};
  const auto lifetime = parts.issuer.rules().lifetime;
  if (bearer.expires_at - parts.clock.now() < lifetime / 2) {
    SHOMEI_TRY(const SessionRecord session, parts.sessions.find(id));
    SHOMEI_TRY(answer["access_token"], parts.issuer.issue_again(session.claims));
    answer["token_expires_in"] = lifetime.count();
  }
  return http::json_response(answer);
}

Result<Response> end_session(const LoginParts& parts, const Request& request) {
  SHOMEI_TRY(const Json body, request.json());
  SHOMEI_TRY(only_members(body, {"session_id", "reason"}));
  SHOMEI_TRY(const std::string id, text_member(body, "session_id"));
  SHOMEI_TRY(const std::string reason, text_member_or(body, "reason", kEndReasons.front()));
  SHOMEI_TRY(one_of(kEndReasons, reason, "reason"));
  SHOMEI_TRY(const Bearer bearer, bearer_of_session(parts, request, id));
  SHOMEI_TRY(parts.sessions.end(id, reason, bearer.person));
  return http::no_content();
}

Result<Response> show_session(const LoginParts& parts, const Request& request) {
  const std::string& id = request.path_values.at("id");
  if (!bearer_of_session(parts, request, id)) {
    SHOMEI_TRY(administrator_of(parts, request));
  }
  SHOMEI_TRY(const SessionRecord session, parts.sessions.find(id));
  return http::json_response(Json(to_json(session)));
}

Result<Response> configuration(const LoginParts& parts) {
  const std::string& issuer = parts.issuer.rules().issuer;
  return http::json_response({{"issuer", issuer},
                              {"jwks_uri", issuer + "/.well-known/jwks.json"},
                              {"id_token_signing_alg_values_supported", {"ES256"}},
                              {"subject_types_supported", {"public"}},
                              {"response_types_supported", Json::array()},
                              {"acr_values_supported", {"hpki", "staff"}},
                              {"claims_supported",
                               {"sub", "sid", "name", "name_ja", "hc_roles", "facility", "facility_type", "amr", "acr",
                                "network", "purpose_of_use", "reason", "auth_time"}}});
}

using Part = Result<Response> (*)(const LoginParts&, const Request&);

http::Handler with(const LoginParts& parts, Part part) {
  return [&parts, part](const Request& request) { return part(parts, request); };
}

}  // namespace

http::Response refusal(const LoginRefused& refused, Language language) {
  Json findings = Json::array();
  std::string reasons;
  for (const LoginFinding& one : refused.findings) {
    const std::string& text = language == Language::kJa ? one.ja : one.en;
    findings.push_back({{"check", one.check}, {"severity", auth::name(one.severity)}, {"text", text}});
    if (one.severity == auth::Severity::kFail) {
      reasons += (reasons.empty() ? "" : " ") + text;
    }
  }
  Response response = http::problem(make_error(refused.code, reasons), language);
  Json body = Json::parse(response.body);
  body["findings"] = std::move(findings);
  if (refused.report) {
    body["revocation"] = Json(auth::to_json(*refused.report, language)).at("revocation");
  }
  response.body = body.dump();
  return response;
}

std::vector<http::Route> login_routes(const LoginParts& parts) {
  constexpr http::RouteLimits kSmall{.max_body = 4 << 10};
  constexpr http::RouteLimits kProof{.max_body = 64 << 10};
  return {
      {"POST", "/v1/login/challenge", kSmall, http::anyone(), with(parts, challenge)},
      {"POST", "/v1/login/proof", kProof, http::anyone(), with(parts, proof)},
      {"POST", "/v1/session/lease", kSmall, http::anyone(), with(parts, lease)},
      {"DELETE", "/v1/session", kSmall, http::anyone(), with(parts, end_session)},
      {"GET", "/v1/session/{id}", kSmall, http::anyone(), with(parts, show_session)},
      {"GET", "/.well-known/openid-configuration", kSmall, http::anyone(),
       [&parts](const Request&) { return configuration(parts); }},
      {"GET", "/.well-known/jwks.json", kSmall, http::anyone(),
       [&parts](const Request&) -> Result<Response> {
         return http::json_response(Json(parts.issuer.keys().to_json()));
       }},
  };
}

}  // namespace shomei::server
