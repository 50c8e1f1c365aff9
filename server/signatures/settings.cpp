#include "server/signatures/settings.h"

#include <fmt/format.h>

#include <map>

#include "signing/tsp/timestamp_client.h"

namespace shomei::server {
namespace {

std::unexpected<Error> wrong(std::string_view key, std::string_view what) {
  return fail(Code::kConfigInvalid, fmt::format("{}: {}", key, what));
}

Result<std::int64_t> number(const TomlTable& table, const std::string& of, const std::string& key,
                            std::int64_t fallback, std::int64_t least, std::int64_t most) {
  SHOMEI_TRY(const std::int64_t value, table.integer(key, fallback));
  return value >= least && value <= most ? Result<std::int64_t>(value)
                                         : wrong(of + "." + key, fmt::format("must be from {} to {}", least, most));
}

template <class Value>
Result<Value> word(const TomlTable& table, const std::string& of, const std::string& key, const std::string& fallback,
                   const std::map<std::string, Value>& words) {
  SHOMEI_TRY(const std::string given, table.text(key, fallback));
  const auto found = words.find(given);
  return found != words.end() ? Result<Value>(found->second) : wrong(of + "." + key, given + " is no word for it");
}

}  // namespace

Result<TimestampSettings> read_timestamp(const TomlTable& table, const std::filesystem::path& folder) {
  TimestampSettings settings;
  SHOMEI_TRY(const TomlTable own, table.table("timestamp"));
  SHOMEI_TRY(settings.urls, own.texts("urls", {}));
  SHOMEI_TRY(const auto cas, own.texts("tls_ca", {}));
  for (const std::string& name : cas) {
    settings.tls_ca.push_back(folder / name);
  }
  SHOMEI_TRY(settings.policy, own.text("policy", ""));
  SHOMEI_TRY(const std::string digest, own.text("digest", "sha256"));
  const auto algorithm = signing::stamp_digest_from(digest);
  if (!algorithm) {
    return wrong("timestamp.digest", digest + " is none of sha256, sha384, sha512");
  }
  settings.digest = *algorithm;
  SHOMEI_TRY(const std::string certificate, own.text("certificate", ""));
  SHOMEI_TRY(const std::string key, own.text("key", ""));
  settings.certificate = certificate.empty() ? std::filesystem::path() : folder / certificate;
  settings.key = key.empty() ? std::filesystem::path() : folder / key;
  SHOMEI_TRY(const std::int64_t time, number(own, "timestamp", "answer_seconds", settings.answer_time.count(), 1, 120));
  settings.answer_time = std::chrono::seconds(time);
  return settings;
}

Result<SignatureSettings> read_signatures(const TomlTable& table) {
  using signing::Level;
  constexpr std::string_view kOf = "signatures";
  const std::string of(kOf);
  SignatureSettings settings;
  SHOMEI_TRY(const TomlTable own, table.table(kOf));
  SHOMEI_TRY(settings.level,
             word<Level>(own, of, "level", "LT", {{"T", Level::kT}, {"LT", Level::kLT}, {"LTA", Level::kLTA}}));
  SHOMEI_TRY(settings.freshness,
             word<auth::Freshness>(own, of, "freshness", "strict",
                                   {{"strict", auth::Freshness::kStrict}, {"lenient", auth::Freshness::kLenient}}));
  SHOMEI_TRY(const std::int64_t bytes,
             number(own, of, "max_bytes", static_cast<std::int64_t>(settings.max_bytes), 1'024, 32 << 20));
  settings.max_bytes = static_cast<std::size_t>(bytes);
  SHOMEI_TRY(settings.most_of_facility, number(own, of, "most_of_facility", settings.most_of_facility, 1, 1'000'000));
  SHOMEI_TRY(settings.most, number(own, of, "most", settings.most, 1, 1'000'000));
  SHOMEI_TRY(const std::int64_t days, number(own, of, "keep", settings.keep.count(), 1, 3'650));
  settings.keep = std::chrono::days(days);
  return settings;
}

}  // namespace shomei::server
