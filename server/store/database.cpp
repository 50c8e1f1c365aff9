#include "server/store/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace shomei::server {
namespace {

/// The file with mode 0600: SQLite gives its journal files the same.
Result<void> make_private_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail(Code::kStoreFailed, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  ::close(file);
  return {};
}

/// What the database said, without the SQL text and the values that SOCI adds to it: those are in no answer and no log.
std::string without_statement(std::string_view text) {
  text = text.substr(0, text.find(" while "));
  const auto said = text.find("constraint failed");
  if (said == std::string_view::npos) {
    return std::string(text.substr(0, 200));
  }
  const auto begin = text.rfind(' ', said - 2);
  const auto kind = text.substr(begin == std::string_view::npos ? 0 : begin + 1);
  return kind.starts_with("KEY") ? "it names something that is not registered" : std::string(kind.substr(0, 120));
}

Code sqlite_code(const soci::sqlite3_soci_error& error) {
  constexpr int kFull = 13;
  constexpr int kConstraint = 19;
  const std::string_view text = error.what();
  switch (error.result() & 0xFF) {
    case kFull: return Code::kStoreFull;
    case kConstraint:
      return text.contains("FOREIGN KEY") ? Code::kStoreNotFound
             : text.contains("UNIQUE")    ? Code::kStoreConflict
                                          : Code::kStoreFailed;
    default: return Code::kStoreFailed;
  }
}

Code postgresql_code(const soci::postgresql_soci_error& error) {
  // PostgreSQL documentation, appendix A: classes of SQLSTATE.
  const std::string state = error.sqlstate();
  return state == "53100"   ? Code::kStoreFull
         : state == "23505" ? Code::kStoreConflict
         : state == "23503" ? Code::kStoreNotFound
                            : Code::kStoreFailed;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const StoreOptions& options) {
  const bool sqlite = options.backend == "sqlite3";
  if (!sqlite && options.backend != "postgresql") {
    return fail(Code::kConfigInvalid,
                fmt::format("store.backend: {} is neither sqlite3 nor postgresql", options.backend));
  }
  std::unique_ptr<Database> database(new Database(sqlite ? Engine::kSqlite : Engine::kPostgresql));
  if (sqlite) {
    SHOMEI_TRY(make_private_file(options.connection));
  }
  SHOMEI_TRY(database->read([&](soci::session& sql) -> Result<void> {
    if (sqlite) {
      sql.open(soci::sqlite3, fmt::format("db=\"{}\" timeout=10", options.connection));
      sql << "PRAGMA journal_mode = WAL";
      sql << "PRAGMA synchronous = FULL";
      sql << "PRAGMA foreign_keys = ON";
    } else {
      sql.open(soci::postgresql, options.connection);
      sql << "SET client_min_messages = warning";
    }
    return {};
  }));
  return database;
}

const char* Database::begin() const {
  // IMMEDIATE takes SQLite's write lock now: a deferred one could fail half-way when another process writes.
  return engine_ == Engine::kSqlite ? "BEGIN IMMEDIATE" : "BEGIN";
}

Error Database::translate(const std::exception& exception) {
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&exception)) {
    return make_error(sqlite_code(*sqlite), without_statement(sqlite->what()));
  }
  if (const auto* postgresql = dynamic_cast<const soci::postgresql_soci_error*>(&exception)) {
    if (postgresql->get_error_category() == soci::soci_error::connection_error) {
      // The next call finds a fresh connection, if the database is back by then.
      try {
        session_.reconnect();
      } catch (const std::exception&) {
        return make_error(Code::kStoreFailed, "no connection to the database");
      }
    }
    return make_error(postgresql_code(*postgresql), without_statement(postgresql->what()));
  }
  return make_error(Code::kStoreFailed, exception.what());
}

void Database::roll_back() noexcept {
  try {
    session_ << "ROLLBACK";
  } catch (const std::exception& exception) {
    // Not an error: a commit that failed has rolled back already.
    log::debug("rollback: {}", exception.what());
  }
}

}  // namespace shomei::server
