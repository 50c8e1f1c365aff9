#include "server/application.h"

#include <sys/stat.h>

#include "server/oidc/authority.h"
#include "server/oidc/routes.h"

namespace shomei::server {
namespace {

Result<void> make_state_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  if (std::filesystem::create_directories(folder, problem)) {
    ::chmod(folder.c_str(), 0700);
  }
  if (problem) {
    return fail(Code::kOutputFailed, folder.native() + ": " + problem.message());
  }
  return {};
}

}  // namespace

Application::Application(const Config& config, const Clock& clock, std::unique_ptr<Store> store,
                         std::unique_ptr<Trust> trust, std::unique_ptr<TokenIssuer> issuer)
    : origins_(config.origins),
      networks_(config.networks),
      store_(std::move(store)),
      trust_(std::move(trust)),
      issuer_(std::move(issuer)),
      challenges_(clock),
      sessions_(*store_, clock, {.lease = config.lease, .longest = config.longest}),
      people_(*store_, clock),
      login_{.store = *store_,
             .clock = clock,
             .challenges = challenges_,
             .trust = *trust_,
             .sessions = sessions_,
             .issuer = *issuer_,
             .origins = origins_,
             .networks = networks_},
      admin_{.login = login_, .trust = *trust_, .people = people_} {}

Result<std::unique_ptr<Application>> Application::create(const Config& config, const Clock& clock) {
  SHOMEI_TRY(make_state_folder(config.state));
  SHOMEI_TRY(auto store, open_store(config.store));
  SHOMEI_TRY(auto issuer,
             open_token_issuer(
                 config.token_key,
                 {.issuer = config.issuer, .audience = config.audience, .lifetime = config.token_lifetime}, clock));
  SHOMEI_TRY(auto trust, Trust::load(*store, clock, {.profiles = config.profiles, .crl_grace = config.crl_grace}));
  return std::unique_ptr<Application>(
      new Application(config, clock, std::move(store), std::move(trust), std::move(issuer)));
}

std::vector<http::Route> Application::public_routes() const {
  std::vector<http::Route> routes = login_routes(login_);
  for (http::Route& route : admin_routes(admin_, administrators(login_))) {
    routes.push_back(std::move(route));
  }
  return routes;
}

std::vector<http::Route> Application::local_routes() const {
  return admin_routes(admin_, http::owner_and_root());
}

void Application::sweep() {
  if (const auto swept = sessions_.sweep(); !swept) {
    log::error("sessions: {}", describe(swept.error()));
  }
}

}  // namespace shomei::server
