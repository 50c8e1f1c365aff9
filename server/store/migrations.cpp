#include "server/store/migrations.h"

#include <fmt/format.h>

#include <array>
#include <span>

namespace shomei::server {
namespace {

/// Statements that run on both engines, then those of one. Times are seconds since 1970 in UTC, binary is base64.
struct Step {
  std::span<const char* const> both;
  std::span<const char* const> sqlite;
  std::span<const char* const> postgresql;
};

constexpr auto kFirst = std::to_array({
    "CREATE TABLE facilities (code TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL)",
    "CREATE TABLE persons (id TEXT PRIMARY KEY, name TEXT NOT NULL, hold_reason TEXT)",
    "CREATE TABLE cards (issuer TEXT NOT NULL, serial_number TEXT NOT NULL, name TEXT NOT NULL,"
    " person TEXT NOT NULL REFERENCES persons (id), PRIMARY KEY (issuer, serial_number))",
    "CREATE TABLE memberships (person TEXT NOT NULL REFERENCES persons (id),"
    " facility TEXT NOT NULL REFERENCES facilities (code), PRIMARY KEY (person, facility))",
    "CREATE TABLE roles (person TEXT NOT NULL REFERENCES persons (id), role TEXT NOT NULL, PRIMARY KEY (person, role))",
    "CREATE TABLE cas (use_for TEXT NOT NULL, sha256 TEXT NOT NULL, der TEXT NOT NULL, added_at BIGINT NOT NULL,"
    " PRIMARY KEY (use_for, sha256))",
    "CREATE TABLE crls (seq BIGINT NOT NULL UNIQUE, sha256 TEXT PRIMARY KEY, issuer TEXT NOT NULL, scope TEXT NOT NULL,"
    " number TEXT NOT NULL, this_update BIGINT NOT NULL, next_update BIGINT, entries BIGINT NOT NULL,"
    " imported_at BIGINT NOT NULL, der TEXT NOT NULL)",
    "CREATE TABLE sessions (id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES persons (id), facility TEXT NOT NULL,"
    " card_issuer TEXT NOT NULL, certificate_serial TEXT NOT NULL, claims TEXT NOT NULL, started_at BIGINT NOT NULL,"
    " lease_until BIGINT NOT NULL, expires_at BIGINT NOT NULL, ended_at BIGINT, end_reason TEXT NOT NULL)",
    "CREATE INDEX sessions_open ON sessions (ended_at)",
    "CREATE TABLE audit (chain TEXT NOT NULL, seq BIGINT NOT NULL, happened_at BIGINT NOT NULL, event TEXT NOT NULL,"
    " actor TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL,"
    " PRIMARY KEY (chain, seq))",
});
constexpr auto kFirstSqlite = std::to_array({
    "CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
});
constexpr auto kFirstPostgresql = std::to_array({
    "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RAISE EXCEPTION ''audit is append-only''; END'",
    "CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT"
    " EXECUTE FUNCTION audit_refuse()",
});

constexpr auto kSecond = std::to_array({
    "ALTER TABLE cas ADD COLUMN added_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE crls ADD COLUMN imported_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE crls ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0",
    "UPDATE crls SET bytes = LENGTH(der) / 4 * 3 - (LENGTH(der) - LENGTH(RTRIM(der, '=')))",
    // Lists that came later have their bytes here, and crls.der is empty.
    "CREATE TABLE crl_pieces (sha256 TEXT NOT NULL, piece BIGINT NOT NULL, content TEXT NOT NULL,"
    " PRIMARY KEY (sha256, piece))",
    "CREATE TABLE policies (sha256 TEXT PRIMARY KEY, content TEXT NOT NULL, added_at BIGINT NOT NULL,"
    " added_by TEXT NOT NULL)",
    "CREATE TABLE generations (seq BIGINT PRIMARY KEY, made_at BIGINT NOT NULL, actor TEXT NOT NULL,"
    " kind TEXT NOT NULL, subject TEXT NOT NULL, content TEXT NOT NULL)",
    "CREATE TABLE certificates (sha256 TEXT PRIMARY KEY, der TEXT NOT NULL, last_login BIGINT NOT NULL)",
    "CREATE INDEX certificates_last ON certificates (last_login)",
    "CREATE TABLE logins (at BIGINT NOT NULL, certificate TEXT NOT NULL, use_for TEXT NOT NULL, facility TEXT NOT NULL,"
    " person TEXT NOT NULL, outcome TEXT NOT NULL, checks TEXT NOT NULL)",
    "CREATE INDEX logins_at ON logins (at)",
    "CREATE INDEX logins_certificate ON logins (certificate)",
    "CREATE TABLE card_holds (issuer TEXT NOT NULL, serial TEXT NOT NULL, reason TEXT NOT NULL, since BIGINT NOT NULL,"
    " held_by TEXT NOT NULL, PRIMARY KEY (issuer, serial))",
    "CREATE TABLE hold_list (number BIGINT NOT NULL)",
    "INSERT INTO hold_list (number) VALUES (1)",
    "CREATE TABLE proposals (id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, content TEXT NOT NULL,"
    " made_by TEXT NOT NULL, made_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, state TEXT NOT NULL,"
    " decided_by TEXT NOT NULL, decided_at BIGINT)",
});

constexpr auto kSources = std::to_array({
    "CREATE TABLE crl_sources (url TEXT PRIMARY KEY, sha256 TEXT NOT NULL, etag TEXT NOT NULL,"
    " last_modified TEXT NOT NULL, last_try BIGINT, last_success BIGINT, last_error TEXT NOT NULL,"
    " failures BIGINT NOT NULL, next_try BIGINT NOT NULL)",
    "CREATE TABLE notices (key TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, made_at BIGINT NOT NULL,"
    " sent_at BIGINT, attempts BIGINT NOT NULL, next_try BIGINT NOT NULL)",
    "CREATE INDEX notices_waiting ON notices (sent_at, next_try)",
});

constexpr auto kSignatures = std::to_array({
    "CREATE TABLE signatures (id TEXT PRIMARY KEY, facility TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,"
    " state TEXT NOT NULL, wanted TEXT NOT NULL, level TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " bytes BIGINT NOT NULL, submitted_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, attempts BIGINT NOT NULL,"
    " next_try BIGINT NOT NULL, waits_for TEXT NOT NULL, reasons TEXT NOT NULL, worker TEXT NOT NULL)",
    "CREATE INDEX signatures_due ON signatures (state, next_try)",
    // Part 0 is the signature, the others are what it was made over.
    "CREATE TABLE signature_contents (signature TEXT NOT NULL, part BIGINT NOT NULL, name TEXT NOT NULL,"
    " content TEXT NOT NULL, PRIMARY KEY (signature, part))",
    "CREATE TABLE moments (name TEXT PRIMARY KEY, happened_at BIGINT NOT NULL)",
});

/// Never changed once released; a new version is a new row.
const auto kSteps = std::to_array<Step>(
    {{kFirst, kFirstSqlite, kFirstPostgresql}, {kSecond, {}, {}}, {kSources, {}, {}}, {kSignatures, {}, {}}});

Result<std::int64_t> schema_version(Database& database) {
  SHOMEI_TRY(database.write([](soci::session& sql) -> Result<void> {
    sql << "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)";
    return {};
  }));
  return database.read([](soci::session& sql) -> Result<std::int64_t> {
    long long version = 0;
    sql << "SELECT version FROM schema_version", soci::into(version);
    return version;
  });
}

Result<void> run_step(Database& database, std::int64_t version) {
  const Step& step = kSteps.at(static_cast<std::size_t>(version));
  return database.write([&](soci::session& sql) -> Result<void> {
    const auto own = database.engine() == Engine::kSqlite ? step.sqlite : step.postgresql;
    for (const auto statements : {step.both, own}) {
      for (const char* statement : statements) {
        sql << statement;
      }
    }
    sql << "DELETE FROM schema_version";
    const long long next = version + 1;
    sql << "INSERT INTO schema_version (version) VALUES (:version)", soci::use(next);
    return {};
  });
}

}  // namespace

std::int64_t newest_schema() {
  return std::ssize(kSteps);
}

Result<void> migrate(Database& database) {
  SHOMEI_TRY(const std::int64_t found, schema_version(database));
  if (found > newest_schema()) {
    return fail(Code::kStoreNewerSchema,
                fmt::format("the database has version {}, this software knows {}", found, newest_schema()));
  }
  for (std::int64_t version = found; version < newest_schema(); ++version) {
    SHOMEI_TRY(run_step(database, version));
  }
  return {};
}

}  // namespace shomei::server
