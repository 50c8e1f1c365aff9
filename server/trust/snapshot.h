#pragma once

#include "auth/x509/path_cache.h"
#include "server/store/store.h"
#include "server/trust/generation.h"

namespace shomei::server {

/// What is trusted at one moment; immutable.
struct TrustSnapshot {
  struct Ca {
    CaRecord record;
    auth::Certificate certificate;
  };
  struct List {
    CrlRecord record;
    auth::Crl crl;
  };
  /// Of the generation; zero before the first.
  std::int64_t seq = 0;
  TrustContent content{};
  std::vector<Ca> cas{};
  /// The list in force of each scope.
  std::vector<List> lists{};
  /// Nothing: the configuration's.
  std::optional<PolicyRecord> policy{};
  auth::ProfileSet profiles{};
  /// Verdicts on paths under these CAs and this policy, whatever the lists.
  std::shared_ptr<auth::PathCache> paths{};
};

}  // namespace shomei::server
