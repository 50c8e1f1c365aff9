#include "server/store/sql_store.h"

#include "server/store/changes.h"
#include "server/store/migrations.h"
#include "server/store/sql_rows.h"

namespace shomei::server {
namespace {

using soci::use;

Facility facility_from(const soci::row& row) {
  return {.code = row.get<std::string>(0), .name = row.get<std::string>(1), .type = row.get<std::string>(2)};
}

AuditRecord audit_from(const soci::row& row) {
  return {.chain = row.get<std::string>(0),
          .seq = row.get<long long>(1),
          .event = {.at = time_at(row, 2),
                    .event = row.get<std::string>(3),
                    .actor = row.get<std::string>(4),
                    .subject = row.get<std::string>(5),
                    .detail = row.get<std::string>(6)},
          .previous = row.get<std::string>(7),
          .hash = row.get<std::string>(8)};
}

/// Fills in what stands in tables of its own.
void complete(soci::session& sql, Person& person) {
  person.facilities =
      texts((sql.prepare << "SELECT facility FROM memberships WHERE person = :id ORDER BY facility", use(person.id)));
  person.roles = texts((sql.prepare << "SELECT role FROM roles WHERE person = :id ORDER BY role", use(person.id)));
  const Rows cards = (sql.prepare << "SELECT issuer, serial_number, name FROM cards WHERE person = :id"
                                     " ORDER BY issuer, serial_number",
                      use(person.id));
  for (const soci::row& row : cards) {
    person.cards.push_back(
        {.issuer = row.get<std::string>(0), .serial_number = row.get<std::string>(1), .name = row.get<std::string>(2)});
  }
}

std::vector<Person> persons_from(soci::session& sql, const Rows& rows) {
  std::vector<Person> found;
  for (const soci::row& row : rows) {
    Person person{.id = row.get<std::string>(0), .name = row.get<std::string>(1)};
    if (row.get_indicator(2) != soci::i_null) {
      person.hold_reason = row.get<std::string>(2);
    }
    found.push_back(std::move(person));
  }
  for (Person& person : found) {
    complete(sql, person);
  }
  return found;
}

}  // namespace

SessionRecord session_from(const soci::row& row) {
  return {.id = row.get<std::string>(0),
          .person = row.get<std::string>(1),
          .facility = row.get<std::string>(2),
          .card_issuer = row.get<std::string>(3),
          .certificate_serial = row.get<std::string>(4),
          .claims = row.get<std::string>(5),
          .started_at = time_at(row, 6),
          .lease_until = time_at(row, 7),
          .expires_at = time_at(row, 8),
          .ended_at = optional_time_at(row, 9),
          .end_reason = row.get<std::string>(10)};
}

Result<void> SqlStore::send_ahead(const CrlRecord& crl) {
  std::size_t piece = 0;
  SHOMEI_TRY(database_->read([&](soci::session& sql) -> Result<void> {
    piece = pieces_stored(sql, crl.sha256);
    return {};
  }));
  // The last one goes in with the record.
  for (; piece + 1 < pieces_of(crl.der); ++piece) {
    SHOMEI_TRY(database_->write([&](soci::session& sql) -> Result<void> {
      add_piece(sql, crl.sha256, crl.der, piece);
      return {};
    }));
  }
  return {};
}

Result<void> SqlStore::commit(std::span<const Change> changes, const AuditEvent& event) {
  for (const Change& change : changes) {
    if (const auto* add = std::get_if<change::AddCrl>(&change)) {
      SHOMEI_TRY(send_ahead(add->crl));
    }
  }
  return database_->write([&](soci::session& sql) -> Result<void> {
    for (const Change& change : changes) {
      SHOMEI_TRY(make_change(sql, change));
    }
    append_audit(sql, chain_, event);
    return {};
  });
}

Result<void> SqlStore::renew_lease(const std::string& session, Time now, Time until) {
  return database_->write([&](soci::session& sql) -> Result<void> {
    const long long at = seconds(now);
    const long long lease = seconds(until);
    soci::statement update = (sql.prepare << "UPDATE sessions SET lease_until = :until WHERE id = :id"
                                             " AND ended_at IS NULL AND lease_until >= :at AND expires_at > :at2",
                              use(lease), use(session), use(at), use(at));
    update.execute(true);
    return update.get_affected_rows() > 0 ? Result<void>() : fail(Code::kSessionEnded);
  });
}

Result<std::vector<Facility>> SqlStore::facilities() {
  return database_->read([](soci::session& sql) -> Result<std::vector<Facility>> {
    return all((sql.prepare << "SELECT code, name, type FROM facilities ORDER BY code"), facility_from);
  });
}

Result<std::optional<Facility>> SqlStore::find_facility(const std::string& code) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<Facility>> {
    return first(
        all((sql.prepare << "SELECT code, name, type FROM facilities WHERE code = :code", use(code)), facility_from));
  });
}

Result<std::vector<Person>> SqlStore::persons() {
  return database_->read([](soci::session& sql) -> Result<std::vector<Person>> {
    return persons_from(sql, (sql.prepare << "SELECT id, name, hold_reason FROM persons ORDER BY id"));
  });
}

Result<std::optional<Person>> SqlStore::find_person(const std::string& id) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<Person>> {
    return first(
        persons_from(sql, (sql.prepare << "SELECT id, name, hold_reason FROM persons WHERE id = :id", use(id))));
  });
}

Result<std::optional<Person>> SqlStore::find_person_by_card(const Card& card) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<Person>> {
    return first(persons_from(sql, (sql.prepare << "SELECT persons.id, persons.name, persons.hold_reason FROM persons"
                                                   " JOIN cards ON cards.person = persons.id"
                                                   " WHERE cards.issuer = :issuer AND cards.serial_number = :number",
                                    use(card.issuer), use(card.serial_number))));
  });
}

Result<std::vector<SessionRecord>> SqlStore::open_sessions() {
  return database_->read([](soci::session& sql) -> Result<std::vector<SessionRecord>> {
    return all((sql.prepare << std::string(kSessionColumns) + "WHERE ended_at IS NULL ORDER BY started_at, id"),
               session_from);
  });
}

Result<std::optional<SessionRecord>> SqlStore::find_session(const std::string& id) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<SessionRecord>> {
    return first(all((sql.prepare << std::string(kSessionColumns) + "WHERE id = :id", use(id)), session_from));
  });
}

Result<std::vector<AuditRecord>> SqlStore::audit(std::int64_t after, std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<AuditRecord>> {
    const long long above = after;
    const auto most = static_cast<long long>(limit);
    return all((sql.prepare << "SELECT chain, seq, happened_at, event, actor, subject, detail, previous, hash"
                               " FROM audit WHERE chain = :chain AND seq > :after ORDER BY seq LIMIT :limit",
                use(chain_), use(above), use(most)),
               audit_from);
  });
}

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options) {
  SHOMEI_TRY(auto database, Database::open(options));
  SHOMEI_TRY(migrate(*database));
  return std::unique_ptr<Store>(new SqlStore(std::move(database), options.chain));
}

}  // namespace shomei::server
