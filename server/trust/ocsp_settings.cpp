#include "server/trust/ocsp_settings.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/toml.h"

namespace shomei::server {
namespace {

constexpr std::array<std::string_view, 3> kModes{"off", "prefer", "require"};
constexpr std::array<std::string_view, 3> kNonces{"off", "offer", "require"};

/// One of three words, in the order of the enumeration.
template <class Enum>
Result<Enum> read_word(const TomlTable& table, std::string_view key, const std::array<std::string_view, 3>& words,
                       Enum fallback) {
  SHOMEI_TRY(const std::string word, table.text(key, words[static_cast<std::size_t>(fallback)]));
  const auto* const found = std::ranges::find(words, word);
  if (found == words.end()) {
    return fail(Code::kConfigInvalid, fmt::format("ocsp: {} \"{}\" is none of {}", key, word, fmt::join(words, ", ")));
  }
  return static_cast<Enum>(found - words.begin());
}

template <class Unit>
Result<Unit> read_time(const TomlTable& table, std::string_view key, Unit fallback, std::int64_t most) {
  SHOMEI_TRY(const std::int64_t value, table.integer(key, fallback.count()));
  if (value < 0 || value > most) {
    return fail(Code::kConfigInvalid, fmt::format("ocsp.{}: must be from 0 to {}", key, most));
  }
  return Unit(value);
}

Result<OcspSettings::Issuer> read_issuer(const TomlTable& table) {
  OcspSettings::Issuer issuer;
  SHOMEI_TRY(std::string fingerprint, table.text("ca"));
  std::erase(fingerprint, ':');
  const auto bytes = from_hex(fingerprint);
  if (!bytes || bytes->size() != 32) {
    return fail(Code::kConfigInvalid,
                fmt::format("ocsp.issuers: ca \"{}\" is not a SHA-256 in hexadecimal", fingerprint));
  }
  issuer.ca = to_hex(*bytes);
  SHOMEI_TRY(issuer.mode, read_word(table, "mode", kModes, issuer.mode));
  SHOMEI_TRY(issuer.url, table.text("url", ""));
  if (!issuer.url.empty() && !issuer.url.starts_with("http://")) {
    // Answers are signed in themselves; https would need a revocation check of its own.
    return fail(Code::kConfigInvalid, fmt::format("ocsp.issuers: url \"{}\" must be http://…", issuer.url));
  }
  return issuer;
}

}  // namespace

Result<OcspSettings> OcspSettings::read(const TomlTable& table) {
  OcspSettings settings;
  SHOMEI_TRY(settings.mode, read_word(table, "mode", kModes, settings.mode));
  SHOMEI_TRY(settings.nonce, read_word(table, "nonce", kNonces, settings.nonce));
  SHOMEI_TRY(settings.skew, read_time(table, "skew", settings.skew, 3'600));
  SHOMEI_TRY(settings.max_age, read_time(table, "max_age", settings.max_age, 604'800));
  SHOMEI_TRY(settings.wait, read_time(table, "wait", settings.wait, 30'000));
  SHOMEI_TRY(settings.proxy, table.text("proxy", ""));
  SHOMEI_TRY(const std::vector<TomlTable> rows, table.tables("issuers"));
  for (const TomlTable& row : rows) {
    SHOMEI_TRY(Issuer issuer, read_issuer(row));
    settings.issuers.push_back(std::move(issuer));
  }
  return settings;
}

}  // namespace shomei::server
