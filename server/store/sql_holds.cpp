#include "server/store/sql_rows.h"
#include "server/store/sql_store.h"

namespace shomei::server {
namespace {

using soci::into;
using soci::use;

long long number_of(soci::session& sql) {
  long long number = 0;
  sql << "SELECT number FROM hold_list", into(number);
  return number;
}

CardHold hold_from(const soci::row& row) {
  return {.issuer = row.get<std::string>(0),
          .serial = row.get<std::string>(1),
          .reason = row.get<std::string>(2),
          .since = time_at(row, 3),
          .by = row.get<std::string>(4)};
}

constexpr auto kProposalColumns =
    "SELECT id, kind, subject, content, made_by, made_at, expires_at, state, decided_by, decided_at FROM proposals ";

ProposalRecord proposal_from(const soci::row& row) {
  return {.id = row.get<std::string>(0),
          .kind = row.get<std::string>(1),
          .subject = row.get<std::string>(2),
          .content = row.get<std::string>(3),
          .by = row.get<std::string>(4),
          .at = time_at(row, 5),
          .expires_at = time_at(row, 6),
          .state = row.get<std::string>(7),
          .decided_by = row.get<std::string>(8),
          .decided_at = optional_time_at(row, 9)};
}

}  // namespace

Result<HoldRecords> SqlStore::holds() {
  return database_->read([](soci::session& sql) -> Result<HoldRecords> {
    HoldRecords records;
    // Another server may change it between the statements: then once more.
    do {
      records.number = number_of(sql);
      records.cards =
          all((sql.prepare
               << "SELECT issuer, serial, reason, since, held_by FROM card_holds ORDER BY since, issuer, serial"),
              hold_from);
      records.persons = texts((sql.prepare << "SELECT id FROM persons WHERE hold_reason IS NOT NULL ORDER BY id"));
    } while (number_of(sql) != records.number);
    return records;
  });
}

Result<std::int64_t> SqlStore::hold_number() {
  return database_->read([](soci::session& sql) -> Result<std::int64_t> { return number_of(sql); });
}

Result<bool> SqlStore::on_hold(const std::string& issuer, const std::string& serial) {
  return database_->read([&](soci::session& sql) -> Result<bool> {
    long long count = 0;
    sql << "SELECT COUNT(*) FROM card_holds WHERE issuer = :issuer AND serial = :serial", use(issuer), use(serial),
        into(count);
    return count > 0;
  });
}

Result<std::vector<SessionRecord>> SqlStore::held_sessions() {
  return database_->read([](soci::session& sql) -> Result<std::vector<SessionRecord>> {
    return all((sql.prepare << std::string(kSessionColumns) +
                                   "WHERE ended_at IS NULL AND (person IN (SELECT id FROM persons WHERE hold_reason"
                                   " IS NOT NULL) OR EXISTS (SELECT 1 FROM card_holds WHERE issuer = card_issuer AND"
                                   " serial = certificate_serial)) ORDER BY started_at, id"),
               session_from);
  });
}

Result<std::vector<ProposalRecord>> SqlStore::proposals(std::size_t limit) {
  return database_->read([&](soci::session& sql) -> Result<std::vector<ProposalRecord>> {
    const auto most = static_cast<long long>(limit);
    return all(
        (sql.prepare << "SELECT id, kind, subject, '' AS content, made_by, made_at, expires_at, state, decided_by,"
                        " decided_at FROM proposals ORDER BY made_at DESC, id LIMIT :limit",
         use(most)),
        proposal_from);
  });
}

Result<std::optional<ProposalRecord>> SqlStore::find_proposal(const std::string& id) {
  return database_->read([&](soci::session& sql) -> Result<std::optional<ProposalRecord>> {
    return first(all((sql.prepare << std::string(kProposalColumns) + "WHERE id = :id", use(id)), proposal_from));
  });
}

}  // namespace shomei::server
