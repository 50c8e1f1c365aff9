#include "agent/login_work.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "auth/token/login_proof.h"
#include "base/log.h"

namespace shomei::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kServerTime = 15s;
constexpr auto kTurnTime = 2s;
constexpr std::string_view kAppVersion = "shomei-agent/" SHOMEI_VERSION;

}  // namespace

Result<OrderedJson> LoginWork::run(const LoginRequest& request, std::stop_token stop) {
  const ServerConfig* server = config_.find_server(request.server);
  if (server == nullptr) {
    return fail(Code::kNotPermitted, fmt::format("\"{}\" is not among the servers of agent.toml", request.server));
  }
  LoginWishes wishes = request.wishes;
  wishes.facility = wishes.facility.empty() ? server->facility : wishes.facility;
  SHOMEI_TRY(auto transport, transports_(*server, kServerTime));
  ServerLink link(server->url, std::move(transport));
  SHOMEI_TRY(const Challenge challenge, link.challenge());

  const Matter matter{
      .use = cards::Use::kAuthentication, .peer = request.peer, .server = server->url, .facility = wishes.facility};
  OrderedJson proof;
  CardWork::Report report;
  SHOMEI_TRY(work_.run(
      {matter, request.reader, request.spend_last_try, kTurnTime, std::move(stop)},
      [&](SigningKey& key) -> Result<void> {
        SHOMEI_TRY(const auto made, auth::make_login_proof(key, server->url, challenge.nonce, kAppVersion));
        proof = auth::to_json(made);
        return {};
      },
      report));
  SHOMEI_TRY(Grant grant, link.prove(challenge, proof, wishes));
  const Time now = clock_.now();
  const Time token_expires = now + std::chrono::seconds(grant.expires_in);
  return start_session({server->url, wishes.facility, report.reader, std::move(grant), now, token_expires,
                        std::filesystem::absolute(server->tls_ca).string()},
                       report.departures, *server);
}

Result<OrderedJson> LoginWork::start_session(Session session, std::uint64_t departures, const ServerConfig& server) {
  const Grant& grant = session.grant;
  SHOMEI_TRY(const Json claims, claims_of(grant.access_token));
  OrderedJson answer{{"access_token", grant.access_token},
                     {"id_token", grant.id_token},
                     {"expires_in", grant.expires_in},
                     {"session_id", grant.session_id},
                     {"claims", claims}};
  const std::string reader = session.reader;
  SHOMEI_TRY(auto transport, transports_(server, SessionKeeper::kLineTime));
  sessions_.begin(std::move(session), std::make_unique<ServerLink>(server.url, std::move(transport)));
  if (presence_.departures(reader) != departures) {
    sessions_.card_left(reader);
    return fail(Code::kCardRemoved, reader);
  }
  return answer;
}

}  // namespace shomei::agent
