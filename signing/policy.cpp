#include "signing/policy.h"

#include <fmt/format.h>

#include "base/toml.h"

namespace shomei::signing {
namespace {

template <class T>
Result<void> read_limit(const TomlTable& table, std::string_view key, T& limit) {
  SHOMEI_TRY(const std::int64_t value, table.integer(key, static_cast<std::int64_t>(limit)));
  // libxml2 counts in int.
  if (value <= 0 || (key != "work" && value > INT32_MAX)) {
    return fail(Code::kConfigInvalid, fmt::format("limits.{}: {} is out of range", key, value));
  }
  limit = static_cast<T>(value);
  return {};
}

Result<void> read_limits(const TomlTable& table, Limits& limits) {
  SHOMEI_TRY(read_limit(table, "xml_bytes", limits.xml_bytes));
  SHOMEI_TRY(read_limit(table, "cms_bytes", limits.cms_bytes));
  SHOMEI_TRY(read_limit(table, "xml_depth", limits.xml_depth));
  SHOMEI_TRY(read_limit(table, "attributes_per_element", limits.attributes_per_element));
  SHOMEI_TRY(read_limit(table, "namespaces_in_scope", limits.namespaces_in_scope));
  SHOMEI_TRY(read_limit(table, "signatures", limits.signatures));
  SHOMEI_TRY(read_limit(table, "references", limits.references));
  SHOMEI_TRY(read_limit(table, "transforms", limits.transforms));
  return read_limit(table, "work", limits.work);
}

}  // namespace

Result<Policy> Policy::load(const std::filesystem::path& path) {
  SHOMEI_TRY(const TomlTable table, TomlTable::load(path));
  Policy policy;
  SHOMEI_TRY(policy.profiles, auth::ProfileSet::read(table));
  SHOMEI_TRY(const std::string purpose, table.text("purpose", "signature"));
  const auto known = auth::purpose_from(purpose);
  if (known != auth::Purpose::kSignature && known != auth::Purpose::kAny) {
    return fail(Code::kConfigInvalid, fmt::format("{}: purpose: \"signature\" or \"any\" expected", path.string()));
  }
  policy.purpose = *known;
  SHOMEI_TRY(const std::string freshness, table.text("freshness", "lenient"));
  if (freshness != "lenient" && freshness != "strict") {
    return fail(Code::kConfigInvalid, fmt::format("{}: freshness: \"lenient\" or \"strict\" expected", path.string()));
  }
  policy.freshness = freshness == "strict" ? auth::Freshness::kStrict : auth::Freshness::kLenient;
  SHOMEI_TRY(policy.accept_sha1, table.boolean("accept_sha1", policy.accept_sha1));
  SHOMEI_TRY(policy.accept_signed_key_info, table.boolean("accept_signed_key_info", policy.accept_signed_key_info));
  SHOMEI_TRY(const TomlTable limits, table.table("limits"));
  SHOMEI_TRY(read_limits(limits, policy.limits));
  SHOMEI_TRY(table.finish());
  return policy;
}

}  // namespace shomei::signing
