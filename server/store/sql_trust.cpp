#include "server/store/sql_rows.h"
#include "server/store/sql_store.h"

namespace shomei::server {
namespace {

using soci::into;
using soci::use;

constexpr auto kCrlColumns =
    "SELECT sha256, issuer, scope, number, this_update, next_update, entries, imported_at, imported_by, bytes";

CrlRecord crl_from(const soci::row& row) {
  return {.sha256 = row.get<std::string>(0),
          .issuer = row.get<std::string>(1),
          .scope = row.get<std::string>(2),
          .number = row.get<std::string>(3),
          .this_update = time_at(row, 4),
          .next_update = optional_time_at(row, 5),
          .entries = row.get<long long>(6),
          .imported_at = time_at(row, 7),
          .imported_by = row.get<std::string>(8),
          .bytes = row.get<long long>(9)};
}

GenerationRecord generation_from(const soci::row& row) {
  return {.seq = row.get<long long>(0),
          .made_at = time_at(row, 1),
          .actor = row.get<std::string>(2),
          .kind = row.get<std::string>(3),
          .subject = row.get<std::string>(4),
          .content = row.get<std::string>(5)};
}

}  // namespace

Result<std::vector<CaRecord>> SqlStore::cas() {
  return database_->read([&](soci::session& sql) -> Result<std::vector<CaRecord>> {
    const Rows rows =
        (sql.prepare << "SELECT use_for, sha256, der, added_at, added_by FROM cas ORDER BY added_at, sha256");
    std::vector<CaRecord> found;
    for (const soci::row& row : rows) {
      SHOMEI_TRY(Bytes der, from_base64(row.get<std::string>(2)));
      found.push_back({.use = row.get<std::string>(0),
                       .sha256 = row.get<std::string>(1),
                       .der = std::move(der),
                       .added_at = time_at(row, 3),
                       .added_by = row.get<std::string>(4)});
    }
    return found;
  });
}

Result<std::vector<CrlRecord>> SqlStore::crls() {
  return database_->read([](soci::session& sql) -> Result<std::vector<CrlRecord>> {
    return all((sql.prepare << std::string(kCrlColumns) + " FROM crls ORDER BY seq"), crl_from);
  });
}

Result<std::optional<CrlRecord>> SqlStore::find_crl_record(const std::string& sha256) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<CrlRecord>> {
    return first(
        all((sql.prepare << std::string(kCrlColumns) + " FROM crls WHERE sha256 = :sha256", use(sha256)), crl_from));
  });
}

Result<std::optional<CrlRecord>> SqlStore::find_crl(const std::string& sha256) {
  std::optional<CrlRecord> crl;
  SHOMEI_TRY(database_->read([&](soci::session& sql) -> Result<void> {
    const Rows rows = (sql.prepare << std::string(kCrlColumns) + ", der FROM crls WHERE sha256 = :sha256", use(sha256));
    for (const soci::row& row : rows) {
      crl = crl_from(row);
      SHOMEI_TRY(crl->der, from_base64(row.get<std::string>(10)));
    }
    return {};
  }));
  // Piece by piece, so that nobody waits for all of it.
  for (long long piece = 0; crl && static_cast<std::int64_t>(crl->der.size()) < crl->bytes; ++piece) {
    SHOMEI_TRY(database_->read([&](soci::session& sql) -> Result<void> {
      std::string content;
      sql << "SELECT content FROM crl_pieces WHERE sha256 = :sha256 AND piece = :piece", use(sha256), use(piece),
          into(content);
      SHOMEI_TRY(const Bytes bytes, from_base64(content));
      if (bytes.empty()) {
        return fail(Code::kStoreFailed, "a piece of CRL " + sha256 + " is missing");
      }
      crl->der.insert(crl->der.end(), bytes.begin(), bytes.end());
      return {};
    }));
  }
  return crl;
}

Result<std::optional<PolicyRecord>> SqlStore::find_policy(const std::string& sha256) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<PolicyRecord>> {
    return first(all(
        (sql.prepare << "SELECT sha256, content, added_at, added_by FROM policies WHERE sha256 = :sha256", use(sha256)),
        [](const soci::row& row) {
          return PolicyRecord{.sha256 = row.get<std::string>(0),
                              .text = row.get<std::string>(1),
                              .added_at = time_at(row, 2),
                              .added_by = row.get<std::string>(3)};
        }));
  });
}

Result<std::int64_t> SqlStore::newest_generation() {
  return database_->read([](soci::session& sql) -> Result<std::int64_t> {
    long long newest = 0;
    sql << "SELECT COALESCE(MAX(seq), 0) FROM generations", into(newest);
    return newest;
  });
}

Result<std::optional<GenerationRecord>> SqlStore::find_generation(std::int64_t seq) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<GenerationRecord>> {
    const long long wanted = seq;
    return first(
        all((sql.prepare << "SELECT seq, made_at, actor, kind, subject, content FROM generations WHERE seq = :seq",
             use(wanted)),
            generation_from));
  });
}

Result<std::vector<GenerationRecord>> SqlStore::generations(std::int64_t before, std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<GenerationRecord>> {
    const long long below = before;
    const auto most = static_cast<long long>(limit);
    return all((sql.prepare << "SELECT seq, made_at, actor, kind, subject, content FROM generations"
                               " WHERE seq < :before ORDER BY seq DESC LIMIT :limit",
                use(below), use(most)),
               generation_from);
  });
}

}  // namespace shomei::server
