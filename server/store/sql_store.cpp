#include <fmt/format.h>

#include "server/store/changes.h"
#include "server/store/migrations.h"

namespace shomei::server {
namespace {

using soci::use;
using Rows = soci::rowset<soci::row>;

Time time_at(const soci::row& row, std::size_t column) {
  return Time(std::chrono::seconds(row.get<long long>(column)));
}

std::optional<Time> optional_time_at(const soci::row& row, std::size_t column) {
  return row.get_indicator(column) == soci::i_null ? std::nullopt : std::optional(time_at(row, column));
}

Facility facility_from(const soci::row& row) {
  return {.code = row.get<std::string>(0), .name = row.get<std::string>(1), .type = row.get<std::string>(2)};
}

constexpr auto kCrlColumns = "SELECT sha256, issuer, scope, number, this_update, next_update, entries, imported_at";

CrlRecord crl_from(const soci::row& row) {
  return {.sha256 = row.get<std::string>(0),
          .issuer = row.get<std::string>(1),
          .scope = row.get<std::string>(2),
          .number = row.get<std::string>(3),
          .this_update = time_at(row, 4),
          .next_update = optional_time_at(row, 5),
          .entries = row.get<long long>(6),
          .imported_at = time_at(row, 7)};
}

constexpr auto kSessionColumns =
    "SELECT id, person, facility, card_issuer, certificate_serial, claims, started_at, lease_until, expires_at,"
    " ended_at, end_reason FROM sessions ";

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

std::vector<std::string> texts(const Rows& rows) {
  std::vector<std::string> found;
  for (const soci::row& row : rows) {
    found.push_back(row.get<std::string>(0));
  }
  return found;
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

template <class T>
std::optional<T> first(std::vector<T> found) {
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

template <class Read>
auto all(const Rows& rows, Read read) {
  std::vector<decltype(read(*rows.begin()))> found;
  for (const soci::row& row : rows) {
    found.push_back(read(row));
  }
  return found;
}

class SqlStore final : public Store {
 public:
  SqlStore(std::unique_ptr<Database> database, std::string chain)
      : database_(std::move(database)), chain_(std::move(chain)) {}

  Result<void> commit(std::span<const Change> changes, const AuditEvent& event) override {
    return database_->write([&](soci::session& sql) -> Result<void> {
      for (const Change& change : changes) {
        SHOMEI_TRY(make_change(sql, change));
      }
      append_audit(sql, chain_, event);
      return {};
    });
  }

  Result<void> renew_lease(const std::string& session, Time now, Time until) override {
    return database_->write([&](soci::session& sql) -> Result<void> {
      const long long at = now.time_since_epoch().count();
      const long long lease = until.time_since_epoch().count();
      soci::statement update = (sql.prepare << "UPDATE sessions SET lease_until = :until WHERE id = :id"
                                               " AND ended_at IS NULL AND lease_until >= :at AND expires_at > :at2",
                                use(lease), use(session), use(at), use(at));
      update.execute(true);
      return update.get_affected_rows() > 0 ? Result<void>() : fail(Code::kSessionEnded);
    });
  }

  Result<std::vector<Facility>> facilities() override {
    return database_->read([](soci::session& sql) -> Result<std::vector<Facility>> {
      return all((sql.prepare << "SELECT code, name, type FROM facilities ORDER BY code"), facility_from);
    });
  }
  Result<std::optional<Facility>> find_facility(const std::string& code) override {
    return database_->read([&](soci::session& sql) -> Result<std::optional<Facility>> {
      return first(
          all((sql.prepare << "SELECT code, name, type FROM facilities WHERE code = :code", use(code)), facility_from));
    });
  }
  Result<std::vector<Person>> persons() override {
    return database_->read([](soci::session& sql) -> Result<std::vector<Person>> {
      return persons_from(sql, (sql.prepare << "SELECT id, name, hold_reason FROM persons ORDER BY id"));
    });
  }
  Result<std::optional<Person>> find_person(const std::string& id) override {
    return database_->read([&](soci::session& sql) -> Result<std::optional<Person>> {
      return first(
          persons_from(sql, (sql.prepare << "SELECT id, name, hold_reason FROM persons WHERE id = :id", use(id))));
    });
  }
  Result<std::optional<Person>> find_person_by_card(const Card& card) override {
    return database_->read([&](soci::session& sql) -> Result<std::optional<Person>> {
      return first(persons_from(sql, (sql.prepare << "SELECT persons.id, persons.name, persons.hold_reason FROM persons"
                                                     " JOIN cards ON cards.person = persons.id"
                                                     " WHERE cards.issuer = :issuer AND cards.serial_number = :number",
                                      use(card.issuer), use(card.serial_number))));
    });
  }
  Result<std::vector<CaRecord>> cas() override;
  Result<std::vector<CrlRecord>> crls() override {
    return database_->read([](soci::session& sql) -> Result<std::vector<CrlRecord>> {
      return all((sql.prepare << std::string(kCrlColumns) + " FROM crls ORDER BY seq"), crl_from);
    });
  }
  Result<std::optional<CrlRecord>> find_crl(const std::string& sha256) override;
  Result<std::vector<SessionRecord>> open_sessions() override {
    return database_->read([](soci::session& sql) -> Result<std::vector<SessionRecord>> {
      return all((sql.prepare << std::string(kSessionColumns) + "WHERE ended_at IS NULL ORDER BY started_at, id"),
                 session_from);
    });
  }
  Result<std::optional<SessionRecord>> find_session(const std::string& id) override {
    return database_->read([&](soci::session& sql) -> Result<std::optional<SessionRecord>> {
      return first(all((sql.prepare << std::string(kSessionColumns) + "WHERE id = :id", use(id)), session_from));
    });
  }
  Result<std::vector<AuditRecord>> audit(std::int64_t after, std::size_t limit) override {
    return database_->read([&](soci::session& sql) -> Result<std::vector<AuditRecord>> {
      const long long above = after;
      const auto most = static_cast<long long>(limit);
      return all((sql.prepare << "SELECT chain, seq, happened_at, event, actor, subject, detail, previous, hash"
                                 " FROM audit WHERE chain = :chain AND seq > :after ORDER BY seq LIMIT :limit",
                  use(chain_), use(above), use(most)),
                 audit_from);
    });
  }

 private:
  std::unique_ptr<Database> database_;
  std::string chain_;
};

Result<std::vector<CaRecord>> SqlStore::cas() {
  return database_->read([](soci::session& sql) -> Result<std::vector<CaRecord>> {
    const Rows rows = (sql.prepare << "SELECT use_for, sha256, der, added_at FROM cas ORDER BY added_at, sha256");
    std::vector<CaRecord> found;
    for (const soci::row& row : rows) {
      SHOMEI_TRY(Bytes der, from_base64(row.get<std::string>(2)));
      found.push_back({.use = row.get<std::string>(0),
                       .sha256 = row.get<std::string>(1),
                       .der = std::move(der),
                       .added_at = time_at(row, 3)});
    }
    return found;
  });
}

Result<std::optional<CrlRecord>> SqlStore::find_crl(const std::string& sha256) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<CrlRecord>> {
    const Rows rows = (sql.prepare << std::string(kCrlColumns) + ", der FROM crls WHERE sha256 = :sha256", use(sha256));
    for (const soci::row& row : rows) {
      CrlRecord crl = crl_from(row);
      SHOMEI_TRY(crl.der, from_base64(row.get<std::string>(8)));
      return std::optional(std::move(crl));
    }
    return std::optional<CrlRecord>();
  });
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options) {
  SHOMEI_TRY(auto database, Database::open(options));
  SHOMEI_TRY(migrate(*database));
  return std::unique_ptr<Store>(new SqlStore(std::move(database), options.chain));
}

}  // namespace shomei::server
