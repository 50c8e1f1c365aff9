#pragma once

#include "base/toml.h"
#include "server/trust/fetcher.h"
#include "server/watch/expiry.h"
#include "server/watch/webhook.h"

namespace shomei::server {

/// [crl], [[crl.source]], [[crl.issuer]], [webhook] and [watch] (docs/server.md).
struct SupplyConfig {
  FetchOptions fetch{};
  FreshnessRules freshness{};
  WebhookOptions webhook{};
  std::vector<WatchedFile> watched{};
};

/// Relative paths are taken from `folder`. Errors: config.*, input.* (the webhook's secret, files to watch).
Result<SupplyConfig> read_supply(const TomlTable& table, const std::filesystem::path& folder);

}  // namespace shomei::server
