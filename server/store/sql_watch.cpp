#include "server/store/sql_rows.h"
#include "server/store/sql_store.h"

namespace shomei::server {
namespace {

using soci::use;

/// A time that may be absent, as SOCI takes it.
struct OptionalTime {
  explicit OptionalTime(std::optional<Time> time)
      : value(time ? seconds(*time) : 0), indicator(time ? soci::i_ok : soci::i_null) {}
  long long value;
  soci::indicator indicator;
};

CrlSourceRecord source_from(const soci::row& row) {
  return {.url = row.get<std::string>(0),
          .sha256 = row.get<std::string>(1),
          .etag = row.get<std::string>(2),
          .last_modified = row.get<std::string>(3),
          .last_try = optional_time_at(row, 4),
          .last_success = optional_time_at(row, 5),
          .last_error = row.get<std::string>(6),
          .failures = row.get<long long>(7),
          .next_try = time_at(row, 8)};
}

constexpr auto kNoticeColumns = "SELECT key, kind, body, made_at, sent_at, attempts, next_try FROM notices ";

NoticeRecord notice_from(const soci::row& row) {
  return {.key = row.get<std::string>(0),
          .kind = row.get<std::string>(1),
          .body = row.get<std::string>(2),
          .made_at = time_at(row, 3),
          .sent_at = optional_time_at(row, 4),
          .attempts = row.get<long long>(5),
          .next_try = time_at(row, 6)};
}

}  // namespace

Result<std::vector<CrlSourceRecord>> SqlStore::crl_sources() {
  return database_->read([](soci::session& sql) -> Result<std::vector<CrlSourceRecord>> {
    return all((sql.prepare << "SELECT url, sha256, etag, last_modified, last_try, last_success, last_error, failures,"
                               " next_try FROM crl_sources ORDER BY url"),
               source_from);
  });
}

Result<std::int64_t> SqlStore::audit_count() {
  return database_->read([&](soci::session& sql) -> Result<std::int64_t> {
    long long last = 0;
    sql << "SELECT COALESCE(MAX(seq), 0) FROM audit WHERE chain = :chain", soci::into(last), use(chain_);
    return last;
  });
}

Result<void> SqlStore::keep_crl_source(const CrlSourceRecord& source) {
  return database_->write([&](soci::session& sql) -> Result<void> {
    OptionalTime tried(source.last_try);
    OptionalTime succeeded(source.last_success);
    const long long failures = source.failures;
    const long long next = seconds(source.next_try);
    sql << "INSERT INTO crl_sources (url, sha256, etag, last_modified, last_try, last_success, last_error, failures,"
           " next_try) VALUES (:url, :sha256, :etag, :modified, :tried, :succeeded, :error, :failures, :next)"
           " ON CONFLICT (url) DO UPDATE SET sha256 = excluded.sha256, etag = excluded.etag,"
           " last_modified = excluded.last_modified, last_try = excluded.last_try,"
           " last_success = excluded.last_success, last_error = excluded.last_error, failures = excluded.failures,"
           " next_try = excluded.next_try",
        use(source.url), use(source.sha256), use(source.etag), use(source.last_modified),
        use(tried.value, tried.indicator), use(succeeded.value, succeeded.indicator), use(source.last_error),
        use(failures), use(next);
    return {};
  });
}

Result<bool> SqlStore::add_notice(const NoticeRecord& notice) {
  bool added = false;
  SHOMEI_TRY(database_->write([&](soci::session& sql) -> Result<void> {
    const long long made = seconds(notice.made_at);
    OptionalTime sent(notice.sent_at);
    const long long next = seconds(notice.next_try);
    soci::statement insert =
        (sql.prepare << "INSERT INTO notices (key, kind, body, made_at, sent_at, attempts, next_try)"
                        " VALUES (:key, :kind, :body, :made, :sent, 0, :next) ON CONFLICT (key) DO NOTHING",
         use(notice.key), use(notice.kind), use(notice.body), use(made), use(sent.value, sent.indicator), use(next));
    insert.execute(true);
    added = insert.get_affected_rows() > 0;
    return {};
  }));
  return added;
}

Result<void> SqlStore::keep_notice(const NoticeRecord& notice) {
  return database_->write([&](soci::session& sql) -> Result<void> {
    OptionalTime sent(notice.sent_at);
    const long long attempts = notice.attempts;
    const long long next = seconds(notice.next_try);
    sql << "UPDATE notices SET sent_at = :sent, attempts = :attempts, next_try = :next WHERE key = :key",
        use(sent.value, sent.indicator), use(attempts), use(next), use(notice.key);
    return {};
  });
}

Result<std::vector<NoticeRecord>> SqlStore::notices_to_send(Time due, std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<NoticeRecord>> {
    const long long at = seconds(due);
    const auto most = static_cast<long long>(limit);
    return all((sql.prepare << std::string(kNoticeColumns) +
                                   "WHERE sent_at IS NULL AND next_try <= :due ORDER BY made_at, key LIMIT :limit",
                use(at), use(most)),
               notice_from);
  });
}

Result<std::vector<NoticeRecord>> SqlStore::notices(std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<NoticeRecord>> {
    const auto most = static_cast<long long>(limit);
    return all((sql.prepare << std::string(kNoticeColumns) + "ORDER BY made_at DESC, key LIMIT :limit", use(most)),
               notice_from);
  });
}

}  // namespace shomei::server
