#include "server/store/sql_rows.h"
#include "server/store/sql_store.h"

#include <string>

namespace shomei::server {
namespace {

using soci::into;
using soci::use;

/// SQLite has no type for what is computed, and SOCI takes the value's: a small number or a text.
long long number_at(const soci::row& row, std::size_t column) {
  switch (row.get_properties(column).get_data_type()) {
    case soci::dt_integer: return row.get<int>(column);
    case soci::dt_string: return std::stoll(row.get<std::string>(column));
    case soci::dt_double: return static_cast<long long>(row.get<double>(column));
    default: return row.get<long long>(column);
  }
}

Result<UsedCertificate> used_from(const soci::row& row) {
  SHOMEI_TRY(Bytes der, from_base64(row.get<std::string>(1)));
  return UsedCertificate{.sha256 = row.get<std::string>(0),
                         .der = std::move(der),
                         .use = row.get<std::string>(2),
                         .person = row.get<std::string>(3),
                         .logins = number_at(row, 4),
                         .granted = number_at(row, 5),
                         .last_login = Time(std::chrono::seconds(number_at(row, 6)))};
}

/// The time up to which the oldest `limit` logins before then go; nothing where there are none.
std::optional<long long> cut(soci::session& sql, long long before, long long limit) {
  long long last = 0;
  soci::indicator there = soci::i_null;
  sql << "SELECT MAX(at) FROM (SELECT at FROM logins WHERE at < :before ORDER BY at LIMIT :limit) AS oldest",
      use(before), use(limit), into(last, there);
  return there == soci::i_null ? std::nullopt : std::optional(last);
}

}  // namespace

Result<std::vector<UsedCertificate>> SqlStore::used_certificates(Time since, const std::string& after,
                                                                 std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<UsedCertificate>> {
    const long long from = seconds(since);
    const auto most = static_cast<long long>(limit);
    // The page first, then its logins: each page costs what it holds.
    const Rows rows =
        (sql.prepare << "SELECT page.sha256, page.der, MAX(logins.use_for), MAX(logins.person), COUNT(*),"
                        " CAST(SUM(CASE WHEN logins.outcome = 'granted' THEN 1 ELSE 0 END) AS BIGINT), MAX(logins.at)"
                        " FROM (SELECT sha256, der FROM certificates WHERE sha256 > :after AND last_login >= :since"
                        " ORDER BY sha256 LIMIT :limit) AS page"
                        " JOIN logins ON logins.certificate = page.sha256 AND logins.at >= :since2"
                        " GROUP BY page.sha256, page.der ORDER BY page.sha256",
         use(after), use(from), use(most), use(from));
    std::vector<UsedCertificate> found;
    for (const soci::row& row : rows) {
      SHOMEI_TRY(UsedCertificate used, used_from(row));
      found.push_back(std::move(used));
    }
    return found;
  });
}

Result<std::int64_t> SqlStore::count_used_certificates(Time since) {
  return database_->read([&](soci::session& sql) -> Result<std::int64_t> {
    const long long from = seconds(since);
    long long count = 0;
    sql << "SELECT COUNT(*) FROM certificates WHERE last_login >= :since", use(from), into(count);
    return count;
  });
}

Result<std::size_t> SqlStore::forget_logins(Time before, std::size_t limit) {
  std::optional<long long> last;
  SHOMEI_TRY(database_->read([&](soci::session& sql) -> Result<void> {
    last = cut(sql, seconds(before), static_cast<long long>(limit));
    return {};
  }));
  if (!last) {
    return 0;
  }
  std::size_t gone = 0;
  SHOMEI_TRY(database_->write([&](soci::session& sql) -> Result<void> {
    soci::statement logins = (sql.prepare << "DELETE FROM logins WHERE at <= :last", use(*last));
    logins.execute(true);
    // A certificate's last login is its newest row in logins, so none that is still named goes.
    soci::statement certificates = (sql.prepare << "DELETE FROM certificates WHERE last_login <= :last", use(*last));
    certificates.execute(true);
    gone = static_cast<std::size_t>(logins.get_affected_rows() + certificates.get_affected_rows());
    return {};
  }));
  return gone;
}

}  // namespace shomei::server
