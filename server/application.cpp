#include "server/application.h"

#include <sys/stat.h>

#include "server/holds/routes.h"
#include "server/oidc/authority.h"
#include "server/oidc/routes.h"
#include "server/signatures/routes.h"
#include "server/trust/end_sessions.h"

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

/// What the configuration names, and this server's own TLS certificate where TLS is served.
std::vector<WatchedFile> watched_files(const Config& config) {
  std::vector<WatchedFile> watched = config.supply.watched;
  std::error_code ignored;
  if (std::filesystem::exists(config.listen.certificate, ignored)) {
    watched.push_back({.kind = "server", .file = config.listen.certificate});
  }
  return watched;
}

}  // namespace

Application::Application(const Config& config, const Clock& clock, std::unique_ptr<Store> store,
                         std::unique_ptr<Trust> trust, std::unique_ptr<TokenIssuer> issuer,
                         std::unique_ptr<OcspDesk> ocsp)
    : origins_(config.origins),
      networks_(config.networks),
      store_(std::move(store)),
      trust_(std::move(trust)),
      issuer_(std::move(issuer)),
      challenges_(clock),
      sessions_(*store_, clock, {.lease = config.lease, .longest = config.longest}),
      people_(*store_, clock),
      holds_(*store_, clock, *issuer_, sessions_),
      approvals_(*store_, clock, config.two_persons),
      rehearsals_(*store_, *trust_, clock, config.evidence),
      ocsp_(std::move(ocsp)),
      login_{.store = *store_,
             .clock = clock,
             .challenges = challenges_,
             .trust = *trust_,
             .sessions = sessions_,
             .issuer = *issuer_,
             .origins = origins_,
             .networks = networks_,
             .metrics = &metrics_,
             .ocsp = ocsp_.get()},
      admin_{.login = login_,
             .trust = *trust_,
             .people = people_,
             .holds = holds_,
             .approvals = approvals_,
             .rehearsals = rehearsals_},
      clock_(clock),
      evidence_(config.evidence),
      signature_settings_(config.signatures) {}

Result<void> Application::make_queue(const Config& config, const signing::XmlLibrary& xml) {
  SHOMEI_TRY(auto stamps, open_timestamps(config.timestamp, clock_, stopping_.get_token()));
  SignatureParts parts{
      .store = *store_,
      .clock = clock_,
      .trust = *trust_,
      .metrics = metrics_,
      .settings = signature_settings_,
      .tools = {.verify = [&xml](const auto& inputs) { return signing::verify(xml, inputs); },
                .extend = [&xml, this](const auto& request) { return signing::extend(xml, request, clock_); }},
      .digest = config.timestamp.digest};
  queue_ = std::make_unique<SignatureQueue>(std::move(parts), std::move(stamps), supply_->notices());
  return {};
}

Result<std::unique_ptr<Application>> Application::create(const Config& config, const Clock& clock,
                                                         const signing::XmlLibrary& xml) {
  SHOMEI_TRY(make_state_folder(config.state));
  SHOMEI_TRY(auto store, open_store(config.store));
  SHOMEI_TRY(auto issuer,
             open_token_issuer(
                 config.token_key,
                 {.issuer = config.issuer, .audience = config.audience, .lifetime = config.token_lifetime}, clock));
  SHOMEI_TRY(auto trust, Trust::load(*store, clock,
                                     {.profiles = config.profiles,
                                      .freshness = config.supply.freshness,
                                      .files = CrlFiles(config.state / "crl")}));
  SHOMEI_TRY(auto ocsp, OcspDesk::open(config.ocsp, clock, config.profiles.algorithms, ocsp_over_http(config.ocsp)));
  std::unique_ptr<Application> application(
      new Application(config, clock, std::move(store), std::move(trust), std::move(issuer), std::move(ocsp)));
  SHOMEI_TRY(application->supply_, Supply::create(config.supply, {.store = *application->store_,
                                                                  .clock = clock,
                                                                  .trust = *application->trust_,
                                                                  .sessions = application->sessions_,
                                                                  .metrics = application->metrics_,
                                                                  .watched = watched_files(config)}));
  SHOMEI_TRY(application->make_queue(config, xml));
  return application;
}

void Application::start() {
  supply_->start();
  queue_->start();
}

void Application::stop() {
  stopping_.request_stop();
  queue_->stop();
  supply_->stop();
}

std::vector<http::Route> Application::public_routes() const {
  std::vector<http::Route> routes = login_routes(login_);
  routes.push_back(public_holds_route(admin_.holds));
  for (http::Route& route : admin_routes(admin_, administrators(login_))) {
    routes.push_back(std::move(route));
  }
  for (http::Route& route : supply_routes(login_, *supply_, administrators(login_))) {
    routes.push_back(std::move(route));
  }
  for (http::Route& route : signature_routes(login_, queue_->signatures(), [this] { queue_->wake(); })) {
    routes.push_back(std::move(route));
  }
  return routes;
}

std::vector<http::Route> Application::local_routes() const {
  std::vector<http::Route> routes = admin_routes(admin_, http::owner_and_root());
  for (http::Route& route : supply_routes(login_, *supply_, http::owner_and_root())) {
    routes.push_back(std::move(route));
  }
  for (http::Route& route : signature_list_routes(queue_->signatures(), http::owner_and_root())) {
    routes.push_back(std::move(route));
  }
  routes.push_back(metrics_route(metrics_, http::owner_and_root()));
  return routes;
}

Result<void> Application::take_over_trust() {
  const auto trust = trust_->snapshot();
  if (trust->seq != swept_) {
    // Among what is new there may be the list that a signature waits for.
    queue_->wake();
    SHOMEI_TRY(end_untrusted(sessions_, *trust, "server"));
    swept_ = trust->seq;
  }
  return {};
}

void Application::sweep() {
  constexpr std::size_t kForgottenAtOnce = 1000;
  const auto told = [](std::string_view what, const auto& result) {
    if (!result) {
      log::error("{}: {}", what, describe(result.error()));
    }
  };
  told("sessions", sessions_.sweep());
  told("trust", trust_->refresh());
  told("sessions", take_over_trust());
  told("holds", holds_.sweep());
  told("evidence", store_->forget_logins(clock_.now() - evidence_, kForgottenAtOnce));
}

}  // namespace shomei::server
