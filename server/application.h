#pragma once

#include "server/admin/routes.h"
#include "server/config.h"

namespace shomei::server {

/// All parts of the server, wired, without sockets.
class Application {
 public:
  /// Makes the state folder (0700) where it is missing; opens the store, the token key and what is trusted.
  /// Errors: store.*, input.*, output.failed, key.unsuitable.
  static Result<std::unique_ptr<Application>> create(const Config& config, const Clock& clock);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// For TLS.
  std::vector<http::Route> public_routes() const;
  /// For the Unix socket of owner and root.
  std::vector<http::Route> local_routes() const;
  /// Writes down the end of sessions whose lease is over; to be called every second or so.
  void sweep();
  Store& store() { return *store_; }

 private:
  Application(const Config& config, const Clock& clock, std::unique_ptr<Store> store, std::unique_ptr<Trust> trust,
              std::unique_ptr<TokenIssuer> issuer);

  const std::vector<std::string> origins_;
  const Networks networks_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Trust> trust_;
  std::unique_ptr<TokenIssuer> issuer_;
  Challenges challenges_;
  Sessions sessions_;
  Register people_;
  LoginParts login_;
  AdminParts admin_;
};

}  // namespace shomei::server
