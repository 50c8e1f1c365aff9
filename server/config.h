#pragma once

#include <chrono>

#include "auth/x509/profile.h"
#include "base/log.h"
#include "http/server.h"
#include "server/oidc/networks.h"
#include "server/signatures/settings.h"
#include "server/store/store.h"
#include "server/trust/ocsp_settings.h"
#include "server/watch/supply_config.h"

namespace shomei::server {

/// What docs/server.md describes.
struct Config {
  /// Without a slash at the end.
  std::string issuer;
  http::ListenTls listen;
  std::filesystem::path admin_socket;
  std::filesystem::path state;
  /// Origins for which proofs are taken; the issuer's is the first.
  std::vector<std::string> origins;
  bool production = true;
  log::Level log_level = log::Level::kInfo;
  StoreOptions store;
  std::string audience;
  std::chrono::seconds token_lifetime{600};
  std::filesystem::path token_key;
  std::chrono::seconds lease{15};
  std::chrono::seconds longest{43'200};
  Networks networks;
  SupplyConfig supply;
  OcspSettings ocsp;
  TimestampSettings timestamp;
  SignatureSettings signatures;
  auth::ProfileSet profiles;
  /// How long logins are kept for rehearsals.
  std::chrono::days evidence{30};
  /// Changes of trust need a second administrator.
  bool two_persons = false;

  /// Relative paths are taken from `folder`. Errors: config.*.
  static Result<Config> read(const TomlTable& table, const std::filesystem::path& folder);
  /// Errors: input.*, config.*.
  static Result<Config> load(const std::filesystem::path& file);
};

}  // namespace shomei::server
