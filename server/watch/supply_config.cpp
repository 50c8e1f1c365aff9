#include "server/watch/supply_config.h"

#include <fmt/format.h>

#include "auth/x509/load.h"
#include "base/file.h"
#include "http/client.h"

namespace shomei::server {
namespace {

constexpr std::int64_t kWeek = 604'800;

Result<std::chrono::seconds> seconds(const TomlTable& table, std::string_view key, std::int64_t fallback,
                                     std::int64_t least, std::int64_t most) {
  SHOMEI_TRY(const std::int64_t value, table.integer(key, fallback));
  if (value < least || value > most) {
    return fail(Code::kConfigInvalid, fmt::format("crl.{}: must be from {} to {} seconds", key, least, most));
  }
  return std::chrono::seconds(value);
}

Result<std::optional<std::chrono::seconds>> optional_seconds(const TomlTable& table, std::string_view key) {
  constexpr std::int64_t kYear = 31'622'400;
  if (!table.contains(key)) {
    return std::nullopt;
  }
  SHOMEI_TRY(const auto value, seconds(table, key, 0, 0, kYear));
  return value;
}

Result<std::vector<std::filesystem::path>> paths(const TomlTable& table, const std::filesystem::path& folder) {
  SHOMEI_TRY(const auto names, table.texts("tls_ca", {}));
  std::vector<std::filesystem::path> result;
  for (const std::string& name : names) {
    result.push_back(folder / name);
  }
  return result;
}

Result<void> read_sources(const TomlTable& crl, FetchOptions& fetch) {
  SHOMEI_TRY(const auto sources, crl.tables("source"));
  for (const TomlTable& source : sources) {
    SHOMEI_TRY(std::string url, source.text("url"));
    if (!is_fetchable(url)) {
      return fail(Code::kConfigInvalid, fmt::format("crl.source.url: {} is no http or https URL", url));
    }
    fetch.urls.push_back(std::move(url));
  }
  return {};
}

Result<void> read_issuers(const TomlTable& crl, FreshnessRules& freshness) {
  SHOMEI_TRY(const auto issuers, crl.tables("issuer"));
  for (const TomlTable& issuer : issuers) {
    IssuerRules rules;
    SHOMEI_TRY(rules.issuer, issuer.text("name"));
    SHOMEI_TRY(rules.warn_after, optional_seconds(issuer, "warn_after"));
    SHOMEI_TRY(rules.alarm_after, optional_seconds(issuer, "alarm_after"));
    SHOMEI_TRY(rules.login_grace, seconds(issuer, "login_grace", freshness.login_grace.count(), 0, kWeek));
    if (rules.issuer.empty() || (rules.warn_after && rules.alarm_after && *rules.alarm_after < *rules.warn_after)) {
      return fail(Code::kConfigInvalid, "crl.issuer: needs a name, and alarm_after not before warn_after");
    }
    freshness.issuers.push_back(std::move(rules));
  }
  return {};
}

Result<void> read_crl(const TomlTable& crl, const std::filesystem::path& folder, SupplyConfig& config) {
  SHOMEI_TRY(config.freshness.login_grace, seconds(crl, "grace", 0, 0, kWeek));
  SHOMEI_TRY(config.fetch.from_points, crl.boolean("fetch", true));
  SHOMEI_TRY(config.fetch.rules.every, seconds(crl, "every", config.fetch.rules.every.count(), 60, 86'400));
  SHOMEI_TRY(config.fetch.proxy, crl.text("proxy", ""));
  SHOMEI_TRY(config.fetch.tls_ca, paths(crl, folder));
  SHOMEI_TRY(read_sources(crl, config.fetch));
  return read_issuers(crl, config.freshness);
}

Result<void> read_webhook(const TomlTable& webhook, const std::filesystem::path& folder, WebhookOptions& options) {
  constexpr std::size_t kShortest = 16;
  constexpr std::size_t kLongest = 4096;
  SHOMEI_TRY(options.url, webhook.text("url", ""));
  SHOMEI_TRY(const std::string secret, webhook.text("secret", ""));
  SHOMEI_TRY(options.tls_ca, paths(webhook, folder));
  if (!options.url.empty()) {
    SHOMEI_TRY(check_webhook_url(options.url));
  }
  if (!secret.empty()) {
    SHOMEI_TRY(options.secret, read_file(folder / secret, kLongest));
    while (!options.secret.empty() && (options.secret.back() == '\n' || options.secret.back() == '\r')) {
      options.secret.pop_back();
    }
    if (options.secret.size() < kShortest) {
      return fail(Code::kConfigInvalid, fmt::format("webhook.secret: the file has less than {} bytes", kShortest));
    }
  }
  return {};
}

Result<void> read_watch(const TomlTable& watch, const std::filesystem::path& folder,
                        std::vector<WatchedFile>& watched) {
  for (const std::string kind : {"server", "tsa"}) {
    SHOMEI_TRY(const auto files, watch.texts(kind, {}));
    for (const std::string& file : files) {
      SHOMEI_TRY(auth::load_certificates({folder / file}));
      watched.push_back({.kind = kind, .file = folder / file});
    }
  }
  return {};
}

}  // namespace

Result<SupplyConfig> read_supply(const TomlTable& table, const std::filesystem::path& folder) {
  SupplyConfig config;
  SHOMEI_TRY(const TomlTable crl, table.table("crl"));
  SHOMEI_TRY(read_crl(crl, folder, config));
  SHOMEI_TRY(const TomlTable webhook, table.table("webhook"));
  SHOMEI_TRY(read_webhook(webhook, folder, config.webhook));
  SHOMEI_TRY(const TomlTable watch, table.table("watch"));
  SHOMEI_TRY(read_watch(watch, folder, config.watched));
  return config;
}

}  // namespace shomei::server
