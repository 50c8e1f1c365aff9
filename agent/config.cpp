#include "agent/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/toml.h"
#include "signing/tsp/timestamp_client.h"

namespace shomei::agent {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

Result<std::filesystem::path> socket_path(const std::string& configured) {
  const std::string wanted = variable("SHOMEI_AGENT_SOCKET");
  if (!wanted.empty() || !configured.empty()) {
    return !wanted.empty() ? wanted : configured;
  }
  const std::string runtime = variable("XDG_RUNTIME_DIR");
  if (runtime.empty()) {
    return fail(Code::kConfigInvalid, "socket: neither the key nor SHOMEI_AGENT_SOCKET nor XDG_RUNTIME_DIR is set");
  }
  return std::filesystem::path(runtime) / "shomei" / "agent.sock";
}

Result<Language> language_from(const std::string& word) {
  if (word == "auto") {
    return language_of_environment();
  }
  if (word != "ja" && word != "en") {
    return fail(Code::kConfigInvalid, fmt::format("language: \"{}\" is none of auto, ja, en", word));
  }
  return word == "ja" ? Language::kJa : Language::kEn;
}

Result<log::Level> log_level_from(const std::string& word) {
  const auto level = log::level_from(word, log::Level::kDebug);
  if (level == log::Level::kDebug && word != "debug") {
    return fail(Code::kConfigInvalid, fmt::format("log_level: \"{}\" is none of debug, info, warn, error", word));
  }
  return level;
}

// A whole number between bounds, in the unit of the key's name.
Result<std::size_t> bounded(const TomlTable& table, std::string_view key, std::size_t fallback, std::size_t least,
                            std::size_t most) {
  SHOMEI_TRY(const std::int64_t value, table.integer(key, static_cast<std::int64_t>(fallback)));
  if (value < static_cast<std::int64_t>(least) || value > static_cast<std::int64_t>(most)) {
    return fail(Code::kConfigInvalid, fmt::format("{}: {} is not between {} and {}", key, value, least, most));
  }
  return static_cast<std::size_t>(value);
}

Result<std::vector<std::filesystem::path>> paths(const TomlTable& table, std::string_view key) {
  SHOMEI_TRY(const auto texts, table.texts(key, {}));
  return std::vector<std::filesystem::path>(texts.begin(), texts.end());
}

Result<void> read_servers(const TomlTable& root, Config& config) {
  SHOMEI_TRY(const auto tables, root.tables("server"));
  for (const TomlTable& table : tables) {
    ServerConfig server;
    SHOMEI_TRY(const std::string url, table.text("url"));
    SHOMEI_TRY(server.url, origin_of(url));
    SHOMEI_TRY(server.tls_ca, table.text("tls_ca"));
    SHOMEI_TRY(server.facility, table.text("facility", ""));
    if (config.find_server(server.url) != nullptr) {
      return fail(Code::kConfigInvalid, fmt::format("server.url: {} stands there twice", server.url));
    }
    config.servers.push_back(std::move(server));
  }
  return {};
}

Result<void> read_trust(const TomlTable& table, TrustConfig& trust) {
  SHOMEI_TRY(trust.anchors, paths(table, "anchors"));
  SHOMEI_TRY(trust.chain, paths(table, "chain"));
  SHOMEI_TRY(trust.crl, paths(table, "crl"));
  SHOMEI_TRY(const std::string policy, table.text("policy", ""));
  if (!policy.empty()) {
    trust.policy = policy;
  }
  return {};
}

Result<void> read_timestamp(const TomlTable& table, TimestampConfig& timestamp) {
  SHOMEI_TRY(timestamp.urls, table.texts("urls", {}));
  SHOMEI_TRY(timestamp.tls_ca, paths(table, "tls_ca"));
  SHOMEI_TRY(timestamp.policy, table.text("policy", ""));
  SHOMEI_TRY(const std::string digest, table.text("digest", "sha256"));
  const auto algorithm = signing::stamp_digest_from(digest);
  if (!algorithm) {
    return fail(Code::kConfigInvalid,
                fmt::format("timestamp.digest: \"{}\" is none of sha256, sha384, sha512", digest));
  }
  timestamp.digest = *algorithm;
  SHOMEI_TRY(timestamp.certificate, table.text("certificate", ""));
  SHOMEI_TRY(timestamp.key, table.text("key", ""));
  SHOMEI_TRY(const std::size_t seconds, bounded(table, "answer_seconds", 30, 1, 600));
  timestamp.answer_time = std::chrono::seconds(seconds);
  return {};
}

Result<void> read_limits(const TomlTable& table, LimitsConfig& limits) {
  constexpr std::size_t kGigabyte = 1U << 30;
  SHOMEI_TRY(limits.request_bytes, bounded(table, "request_bytes", limits.request_bytes, 1024, kGigabyte));
  SHOMEI_TRY(limits.document_bytes, bounded(table, "document_bytes", limits.document_bytes, 1, kGigabyte));
  SHOMEI_TRY(limits.documents_per_job, bounded(table, "documents_per_job", limits.documents_per_job, 1, 10'000));
  SHOMEI_TRY(limits.jobs, bounded(table, "jobs", limits.jobs, 1, 1000));
  SHOMEI_TRY(limits.job_bytes, bounded(table, "job_bytes", limits.job_bytes, 1024, kGigabyte));
  SHOMEI_TRY(const std::size_t keep,
             bounded(table, "job_keep_seconds", static_cast<std::size_t>(limits.job_keep.count()), 1, 86'400));
  limits.job_keep = std::chrono::seconds(keep);
  SHOMEI_TRY(limits.event_streams, bounded(table, "event_streams", limits.event_streams, 1, 100));
  return {};
}

Result<Config> read(const TomlTable& root) {
  Config config;
  SHOMEI_TRY(const std::string socket, root.text("socket", ""));
  SHOMEI_TRY(config.socket, socket_path(socket));
  SHOMEI_TRY(config.pinentry, root.text("pinentry", config.pinentry.string()));
  SHOMEI_TRY(const std::string language, root.text("language", "auto"));
  SHOMEI_TRY(config.language, language_from(language));
  SHOMEI_TRY(const std::string level, root.text("log_level", "info"));
  SHOMEI_TRY(config.log_level, log_level_from(level));
  SHOMEI_TRY(config.reader, root.text("reader", ""));
  SHOMEI_TRY(const std::size_t patience, bounded(root, "dialog_seconds", 120, 5, 3600));
  config.dialog_patience = std::chrono::seconds(patience);
  SHOMEI_TRY(const std::size_t entries, bounded(root, "pin_entries", 3, 1, 10));
  config.pin_entries = static_cast<unsigned>(entries);
  SHOMEI_TRY(const TomlTable pkcs11, root.table("pkcs11"));
  SHOMEI_TRY(config.pkcs11.authentication, pkcs11.text("authentication", ""));
  SHOMEI_TRY(config.pkcs11.signature, pkcs11.text("signature", ""));
  SHOMEI_TRY(read_servers(root, config));
  SHOMEI_TRY(const TomlTable trust, root.table("trust"));
  SHOMEI_TRY(read_trust(trust, config.trust));
  SHOMEI_TRY(const TomlTable timestamp, root.table("timestamp"));
  SHOMEI_TRY(read_timestamp(timestamp, config.timestamp));
  SHOMEI_TRY(const TomlTable limits, root.table("limits"));
  SHOMEI_TRY(read_limits(limits, config.limits));
  SHOMEI_TRY(root.finish());
  return config;
}

}  // namespace

Result<Config> Config::load(const std::filesystem::path& path) {
  SHOMEI_TRY(const TomlTable root, TomlTable::load(path));
  return read(root);
}

Result<Config> Config::parse(std::string_view text, std::string_view name) {
  SHOMEI_TRY(const TomlTable root, TomlTable::parse(text, name));
  return read(root);
}

Result<Config> Config::defaults() {
  return parse("", "defaults");
}

const ServerConfig* Config::find_server(std::string_view url) const {
  const auto origin = origin_of(url);
  const auto found =
      std::ranges::find_if(servers, [&](const ServerConfig& server) { return origin && server.url == *origin; });
  return found == servers.end() ? nullptr : &*found;
}

Result<std::string> origin_of(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  constexpr std::string_view kHostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
  std::string origin = lower(url);
  if (origin.ends_with('/')) {
    origin.pop_back();
  }
  const bool has_scheme = origin.starts_with(kScheme) && origin.size() > kScheme.size();
  if (!has_scheme || origin.find_first_not_of(kHostCharacters, kScheme.size()) != std::string::npos) {
    return fail(Code::kConfigInvalid, fmt::format("\"{}\" is not https://host[:port]", url));
  }
  constexpr std::string_view kDefaultPort = ":443";
  if (origin.ends_with(kDefaultPort)) {
    origin.resize(origin.size() - kDefaultPort.size());
  }
  return origin;
}

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string value = variable(name);
    if (!value.empty()) {
      return value.starts_with("ja") || value == "C" || value == "POSIX" || value.starts_with("C.") ? Language::kJa
                                                                                                    : Language::kEn;
    }
  }
  return Language::kJa;
}

}  // namespace shomei::agent
