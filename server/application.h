#pragma once

#include "server/admin/routes.h"
#include "server/admin/supply_routes.h"
#include "server/config.h"
#include "server/signatures/queue.h"

namespace shomei::server {

/// All parts of the server, wired, without sockets.
class Application {
 public:
  /// Makes the state folder (0700) where it is missing; opens the store, the token key and what is trusted.
  /// `clock` and `xml` outlive it. Errors: store.*, input.*, output.failed, key.unsuitable, config.invalid.
  static Result<std::unique_ptr<Application>> create(const Config& config, const Clock& clock,
                                                     const signing::XmlLibrary& xml);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// For TLS.
  std::vector<http::Route> public_routes() const;
  /// For the Unix socket of owner and root.
  std::vector<http::Route> local_routes() const;
  /// Writes down the end of sessions whose lease is over or whose card lost its trust, takes over what other servers
  /// on the same store have changed, forgets old logins; to be called every second or so.
  void sweep();
  /// The threads that fetch lists, look at what grows old, tell the webhook, and work off signatures.
  void start();
  /// Ends them, and whoever waits for a fetch; before the servers stop.
  void stop();
  SignatureQueue& signatures() { return *queue_; }
  Supply& supply() { return *supply_; }
  Store& store() { return *store_; }
  Trust& trust() { return *trust_; }

 private:
  Result<void> make_queue(const Config& config, const signing::XmlLibrary& xml);
  Result<void> take_over_trust();
  Application(const Config& config, const Clock& clock, std::unique_ptr<Store> store, std::unique_ptr<Trust> trust,
              std::unique_ptr<TokenIssuer> issuer, std::unique_ptr<OcspDesk> ocsp);

  const std::vector<std::string> origins_;
  const Networks networks_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Trust> trust_;
  std::unique_ptr<TokenIssuer> issuer_;
  Challenges challenges_;
  Sessions sessions_;
  Register people_;
  Holds holds_;
  Approvals approvals_;
  Rehearsals rehearsals_;
  Metrics metrics_;
  std::unique_ptr<OcspDesk> ocsp_;
  LoginParts login_;
  AdminParts admin_;
  const Clock& clock_;
  const std::chrono::days evidence_;
  /// The generation whose sessions were looked through.
  std::int64_t swept_ = 0;
  const SignatureSettings signature_settings_;
  /// Ends a question to a time-stamping authority.
  std::stop_source stopping_;
  /// Last made and first ended: they use the rest.
  std::unique_ptr<Supply> supply_;
  std::unique_ptr<SignatureQueue> queue_;
};

}  // namespace shomei::server
