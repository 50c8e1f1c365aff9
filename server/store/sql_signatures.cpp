#include <fmt/format.h>

#include "server/store/changes.h"
#include "server/store/sql_rows.h"
#include "server/store/sql_store.h"

namespace shomei::server {
namespace {

using soci::into;
using soci::use;

constexpr auto kColumns =
    "SELECT id, facility, person, name, state, wanted, level, sha256, bytes, submitted_at, changed_at,"
    " attempts, next_try, waits_for, reasons, worker FROM signatures ";

SignatureRecord signature_from(const soci::row& row) {
  return {.id = row.get<std::string>(0),
          .facility = row.get<std::string>(1),
          .person = row.get<std::string>(2),
          .name = row.get<std::string>(3),
          .state = row.get<std::string>(4),
          .wanted = row.get<std::string>(5),
          .level = row.get<std::string>(6),
          .sha256 = row.get<std::string>(7),
          .bytes = row.get<long long>(8),
          .submitted_at = time_at(row, 9),
          .changed_at = time_at(row, 10),
          .attempts = row.get<long long>(11),
          .next_try = time_at(row, 12),
          .waits_for = row.get<std::string>(13),
          .reasons = row.get<std::string>(14),
          .worker = row.get<std::string>(15)};
}

std::optional<SignatureRecord> find(soci::session& sql, const std::string& id) {
  return first(all((sql.prepare << std::string(kColumns) + "WHERE id = :id", use(id)), signature_from));
}

void put_content(soci::session& sql, const std::string& id, long long part, const std::string& name, ByteView content) {
  const std::string text = to_base64(content);
  sql << "INSERT INTO signature_contents (signature, part, name, content) VALUES (:id, :part, :name, :content)"
         " ON CONFLICT (signature, part) DO UPDATE SET content = excluded.content",
      use(id), use(part), use(name), use(text);
}

long long kept(soci::session& sql, const std::string& facility) {
  long long count = 0;
  sql << "SELECT COUNT(*) FROM signatures WHERE facility = :facility OR :every = ''", use(facility), use(facility),
      into(count);
  return count;
}

Result<void> check_room(soci::session& sql, const change::AddSignature& add) {
  const std::string& facility = add.signature.facility;
  if (const long long own = kept(sql, facility); own >= add.most_of_facility) {
    return fail(Code::kSignatureQueueFull, fmt::format("facility {} has {} here", facility, own));
  }
  if (const long long together = kept(sql, ""); together >= add.most) {
    return fail(Code::kSignatureQueueFull, fmt::format("all facilities together have {} here", together));
  }
  return {};
}

}  // namespace

Result<void> add_signature(soci::session& sql, const change::AddSignature& add) {
  const SignatureRecord& one = add.signature;
  SHOMEI_TRY(check_room(sql, add));
  const long long bytes = one.bytes;
  const long long submitted = seconds(one.submitted_at);
  const long long changed_at = seconds(one.changed_at);
  const long long next = seconds(one.next_try);
  sql << "INSERT INTO signatures (id, facility, person, name, state, wanted, level, sha256, bytes,"
         " submitted_at, changed_at, attempts, next_try, waits_for, reasons, worker)"
         " VALUES (:id, :facility, :person, :name, :state, :wanted, :level, :sha256, :bytes, :submitted,"
         " :changed, 0, :next, '', :reasons, '')",
      use(one.id), use(one.facility), use(one.person), use(one.name), use(one.state), use(one.wanted), use(one.level),
      use(one.sha256), use(bytes), use(submitted), use(changed_at), use(next), use(one.reasons);
  put_content(sql, one.id, 0, one.name, add.file);
  long long part = 0;
  for (const SignatureContent& detached : add.detached) {
    put_content(sql, one.id, ++part, detached.name, detached.content);
  }
  return {};
}

Result<void> advance_signature(soci::session& sql, const change::AdvanceSignature& advance) {
  const SignatureRecord& one = advance.signature;
  const long long bytes = one.bytes;
  const long long changed_at = seconds(one.changed_at);
  const long long attempts = one.attempts;
  const long long next = seconds(one.next_try);
  soci::statement update =
      (sql.prepare << "UPDATE signatures SET state = :state, level = :level, sha256 = :sha256, bytes = :bytes,"
                      " changed_at = :changed, attempts = :attempts, next_try = :next, waits_for = :waits,"
                      " reasons = :reasons WHERE id = :id AND worker = :worker AND state = 'pending'",
       use(one.state), use(one.level), use(one.sha256), use(bytes), use(changed_at), use(attempts), use(next),
       use(one.waits_for), use(one.reasons), use(one.id), use(one.worker));
  if (!changed(update)) {
    return fail(Code::kStoreConflict, fmt::format("signature {} is in other hands", one.id));
  }
  if (!advance.file.empty()) {
    put_content(sql, one.id, 0, one.name, advance.file);
  }
  return {};
}

Result<void> remove_signature(soci::session& sql, const std::string& id) {
  soci::statement gone = (sql.prepare << "DELETE FROM signatures WHERE id = :id", use(id));
  if (!changed(gone)) {
    return fail(Code::kStoreNotFound, "signature " + id);
  }
  sql << "DELETE FROM signature_contents WHERE signature = :id", use(id);
  return {};
}

Result<std::optional<SignatureRecord>> SqlStore::find_signature(const std::string& id) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<SignatureRecord>> { return find(sql, id); });
}

Result<std::vector<SignatureRecord>> SqlStore::signatures(const SignatureFilter& filter, std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<SignatureRecord>> {
    const auto most = static_cast<long long>(limit);
    return all(
        (sql.prepare << std::string(kColumns) +
                            "WHERE (facility = :facility OR :any_facility = '') AND (state = :state OR :any = '')"
                            " ORDER BY submitted_at DESC, id LIMIT :limit",
         use(filter.facility), use(filter.facility), use(filter.state), use(filter.state), use(most)),
        signature_from);
  });
}

Result<std::vector<SignatureContent>> SqlStore::signature_contents(const std::string& id) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<SignatureContent>> {
    const Rows rows =
        (sql.prepare << "SELECT name, content FROM signature_contents WHERE signature = :id ORDER BY part", use(id));
    std::vector<SignatureContent> contents;
    for (const soci::row& row : rows) {
      SHOMEI_TRY(Bytes content, from_base64(row.get<std::string>(1)));
      contents.push_back({.name = row.get<std::string>(0), .content = std::move(content)});
    }
    if (contents.empty()) {
      return fail(Code::kStoreNotFound, "signature " + id);
    }
    return contents;
  });
}

Result<std::optional<SignatureRecord>> SqlStore::take_signature(const std::string& worker, Time now, Time until) {
  const long long at = seconds(now);
  const long long lease = seconds(until);
  while (true) {
    // Most of the time there is none, which needs no transaction.
    SHOMEI_TRY(const auto due, database_->read([&](soci::session& sql) -> Result<std::optional<std::string>> {
      return first(texts((sql.prepare << "SELECT id FROM signatures WHERE state = 'pending' AND next_try <= :now"
                                         " ORDER BY next_try, id LIMIT 1",
                          use(at))));
    }));
    if (!due) {
      return std::nullopt;
    }
    std::optional<SignatureRecord> taken;
    SHOMEI_TRY(database_->write([&](soci::session& sql) -> Result<void> {
      soci::statement update =
          (sql.prepare << "UPDATE signatures SET worker = :worker, next_try = :until, attempts = attempts + 1,"
                          " waits_for = '' WHERE id = :id AND state = 'pending' AND next_try <= :now",
           use(worker), use(lease), use(*due), use(at));
      // Another server may have been faster.
      if (changed(update)) {
        taken = find(sql, *due);
      }
      return {};
    }));
    if (taken) {
      return taken;
    }
  }
}

Result<void> SqlStore::put_back_signature(const SignatureRecord& signature) {
  return database_->write([&](soci::session& sql) -> Result<void> {
    const long long attempts = signature.attempts;
    const long long next = seconds(signature.next_try);
    sql << "UPDATE signatures SET attempts = :attempts, next_try = :next, waits_for = :waits, reasons = :reasons"
           " WHERE id = :id AND worker = :worker AND state = 'pending'",
        use(attempts), use(next), use(signature.waits_for), use(signature.reasons), use(signature.id),
        use(signature.worker);
    return {};
  });
}

Result<void> SqlStore::hurry_signatures(const std::string& waits_for, Time now) {
  return database_->write([&](soci::session& sql) -> Result<void> {
    const long long at = seconds(now);
    sql << "UPDATE signatures SET next_try = :now WHERE state = 'pending' AND waits_for = :waits AND next_try > :now2",
        use(at), use(waits_for), use(at);
    return {};
  });
}

Result<SignatureCounts> SqlStore::count_signatures() {
  return database_->read([](soci::session& sql) -> Result<SignatureCounts> {
    SignatureCounts counts;
    for (const char* state : {"pending", "finished", "refused"}) {
      const std::string name = state;
      long long count = 0;
      sql << "SELECT COUNT(*) FROM signatures WHERE state = :state", use(name), into(count);
      counts.of_state[name] = count;
    }
    long long oldest = 0;
    soci::indicator there = soci::i_null;
    sql << "SELECT MIN(submitted_at) FROM signatures WHERE state = 'pending'", into(oldest, there);
    if (there == soci::i_ok) {
      counts.oldest = Time(std::chrono::seconds(oldest));
    }
    return counts;
  });
}

Result<std::vector<SignatureRecord>> SqlStore::old_signatures(Time before, std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<SignatureRecord>> {
    const long long at = seconds(before);
    const auto most = static_cast<long long>(limit);
    return all((sql.prepare << std::string(kColumns) +
                                   "WHERE state <> 'pending' AND changed_at < :before ORDER BY changed_at, id"
                                   " LIMIT :limit",
                use(at), use(most)),
               signature_from);
  });
}

Result<std::optional<Time>> SqlStore::moment(const std::string& name) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<Time>> {
    return first(all((sql.prepare << "SELECT happened_at FROM moments WHERE name = :name", use(name)),
                     [](const soci::row& row) { return time_at(row, 0); }));
  });
}

Result<void> SqlStore::keep_moment(const std::string& name, Time at) {
  return database_->write([&](soci::session& sql) -> Result<void> {
    const long long happened = seconds(at);
    sql << "INSERT INTO moments (name, happened_at) VALUES (:name, :at)"
           " ON CONFLICT (name) DO UPDATE SET happened_at = excluded.happened_at",
        use(name), use(happened);
    return {};
  });
}

}  // namespace shomei::server
