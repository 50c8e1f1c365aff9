#include "server/config.h"

#include <fmt/format.h>

#include <charconv>

#include "base/toml.h"

namespace shomei::server {
namespace {

std::unexpected<Error> wrong(std::string_view key, std::string_view what) {
  return fail(Code::kConfigInvalid, fmt::format("{}: {}", key, what));
}

/// RFC 6454 6.2: scheme, host and port of an https URL.
Result<std::string> origin_of(std::string_view key, const std::string& url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || url.size() == kScheme.size() || url.ends_with('/') || url.contains('?') ||
      url.contains('#')) {
    return wrong(key, "must be an https URL without query and without a slash at its end");
  }
  return url.substr(0, url.find('/', kScheme.size()));
}

Result<void> read_listen(const TomlTable& table, Config& config) {
  SHOMEI_TRY(const std::string listen, table.text("listen", "127.0.0.1:8443"));
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) {
    return wrong("listen", "must be address:port");
  }
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const char* end = listen.data() + listen.size();
  const auto [last, problem] = std::from_chars(listen.data() + colon + 1, end, config.listen.port);
  if (problem != std::errc() || last != end || host.empty()) {
    return wrong("listen", "must be address:port");
  }
  config.listen.host = host;
  return {};
}

Result<std::chrono::seconds> seconds(const TomlTable& table, std::string_view key, std::chrono::seconds fallback,
                                     std::int64_t least, std::int64_t most) {
  SHOMEI_TRY(const std::int64_t value, table.integer(key, fallback.count()));
  if (value < least || value > most) {
    return wrong(key, fmt::format("must be from {} to {} seconds", least, most));
  }
  return std::chrono::seconds(value);
}

Result<void> read_store(const TomlTable& table, Config& config) {
  SHOMEI_TRY(config.store.backend, table.text("backend", "sqlite3"));
  SHOMEI_TRY(config.store.connection, table.text("connection", ""));
  if (config.store.backend != "sqlite3" && config.store.backend != "postgresql") {
    return wrong("store.backend", "must be \"sqlite3\" or \"postgresql\"");
  }
  if (config.store.connection.empty() && config.store.backend == "postgresql") {
    return wrong("store.connection", "is missing for postgresql");
  }
  return {};
}

Result<void> read_times(const TomlTable& table, Config& config) {
  SHOMEI_TRY(const TomlTable token, table.table("token"));
  SHOMEI_TRY(config.audience, token.text("audience", ""));
  SHOMEI_TRY(config.token_lifetime, seconds(token, "lifetime", config.token_lifetime, 10, 86'400));
  SHOMEI_TRY(config.token_key, token.text("key", ""));
  SHOMEI_TRY(const TomlTable session, table.table("session"));
  SHOMEI_TRY(config.lease, seconds(session, "lease", config.lease, 1, 3'600));
  SHOMEI_TRY(config.longest, seconds(session, "longest", config.longest, 60, 604'800));
  return {};
}

Result<void> read_administration(const TomlTable& table, Config& config) {
  SHOMEI_TRY(const TomlTable evidence, table.table("evidence"));
  SHOMEI_TRY(const std::int64_t days, evidence.integer("days", config.evidence.count()));
  if (days < 1 || days > 400) {
    return wrong("evidence.days", "must be from 1 to 400");
  }
  config.evidence = std::chrono::days(days);
  SHOMEI_TRY(const TomlTable admin, table.table("admin"));
  SHOMEI_TRY(config.two_persons, admin.boolean("two_persons", config.two_persons));
  return {};
}

Result<void> read_profile(const TomlTable& table, Config& config) {
  SHOMEI_TRY(const TomlTable profile, table.table("profile"));
  SHOMEI_TRY(config.profiles, auth::ProfileSet::read(profile));
  // Cards for tests chain to the production root; in production nobody gets in with one.
  config.profiles.test_card.severity = config.production ? auth::Severity::kFail : auth::Severity::kWarn;
  return {};
}

Result<void> read_networks(const TomlTable& table, Config& config) {
  SHOMEI_TRY(const TomlTable networks, table.table("networks"));
  for (const std::string line : {"ip-vpn", "ssl-vpn", "internet"}) {
    SHOMEI_TRY(const auto ranges, networks.texts(line, {}));
    for (const std::string& range : ranges) {
      SHOMEI_TRY(config.networks.add(line, range));
    }
  }
  return {};
}

/// Fills in what follows from other keys.
Result<void> complete(Config& config, const std::filesystem::path& folder, const std::vector<std::string>& origins) {
  SHOMEI_TRY(std::string own, origin_of("issuer", config.issuer));
  config.origins.push_back(std::move(own));
  for (const std::string& origin : origins) {
    SHOMEI_TRY(std::string further, origin_of("origins", origin));
    config.origins.push_back(std::move(further));
  }
  config.state = folder / config.state;
  config.admin_socket = folder / config.admin_socket;
  config.listen.certificate = folder / config.listen.certificate;
  config.listen.key = folder / config.listen.key;
  config.token_key = config.token_key.empty() ? config.state / "token-key.pem" : folder / config.token_key;
  if (config.audience.empty()) {
    config.audience = config.issuer;
  }
  if (config.store.backend == "sqlite3") {
    const std::filesystem::path file = config.store.connection;
    config.store.connection = file.empty() ? config.state / "server.db" : folder / file;
  }
  return {};
}

}  // namespace

Result<Config> Config::read(const TomlTable& table, const std::filesystem::path& folder) {
  Config config;
  SHOMEI_TRY(config.issuer, table.text("issuer"));
  SHOMEI_TRY(read_listen(table, config));
  SHOMEI_TRY(config.admin_socket, table.text("admin_socket", "/run/shomei/server.sock"));
  SHOMEI_TRY(config.state, table.text("state", "/var/lib/shomei"));
  SHOMEI_TRY(const auto origins, table.texts("origins", {}));
  SHOMEI_TRY(config.production, table.boolean("production", true));
  SHOMEI_TRY(const std::string level, table.text("log_level", "info"));
  config.log_level = log::level_from(level, log::Level::kInfo);
  SHOMEI_TRY(const TomlTable tls, table.table("tls"));
  SHOMEI_TRY(config.listen.certificate, tls.text("certificate"));
  SHOMEI_TRY(config.listen.key, tls.text("key"));
  SHOMEI_TRY(const TomlTable store, table.table("store"));
  SHOMEI_TRY(read_store(store, config));
  SHOMEI_TRY(read_times(table, config));
  SHOMEI_TRY(const TomlTable ocsp, table.table("ocsp"));
  SHOMEI_TRY(config.ocsp, OcspSettings::read(ocsp));
  SHOMEI_TRY(read_networks(table, config));
  SHOMEI_TRY(read_profile(table, config));
  SHOMEI_TRY(config.supply, read_supply(table, folder));
  SHOMEI_TRY(config.timestamp, read_timestamp(table, folder));
  SHOMEI_TRY(config.signatures, read_signatures(table));
  SHOMEI_TRY(read_administration(table, config));
  SHOMEI_TRY(complete(config, folder, origins));
  SHOMEI_TRY(table.finish());
  return config;
}

Result<Config> Config::load(const std::filesystem::path& file) {
  SHOMEI_TRY(const TomlTable table, TomlTable::load(file));
  return read(table, std::filesystem::absolute(file).parent_path());
}

}  // namespace shomei::server
