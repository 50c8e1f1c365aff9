#include "server/store/changes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/json.h"

namespace shomei::server {
namespace {

using soci::into;
using soci::use;

long long seconds(Time time) {
  return time.time_since_epoch().count();
}

/// Rows that the last statement changed.
template <class Statement>
bool changed(Statement& statement) {
  statement.execute(true);
  return statement.get_affected_rows() > 0;
}

/// One overload a change.
struct Applier {
  soci::session& sql;

  Result<void> operator()(const change::AddFacility& add) const {
    sql << "INSERT INTO facilities (code, name, type) VALUES (:code, :name, :type)", use(add.facility.code),
        use(add.facility.name), use(add.facility.type);
    return {};
  }
  Result<void> operator()(const change::AddPerson& add) const {
    sql << "INSERT INTO persons (id, name) VALUES (:id, :name)", use(add.id), use(add.name);
    return {};
  }
  Result<void> operator()(const change::AddMembership& add) const {
    sql << "INSERT INTO memberships (person, facility) VALUES (:person, :facility)", use(add.person), use(add.facility);
    return {};
  }
  Result<void> operator()(const change::AddRole& add) const {
    sql << "INSERT INTO roles (person, role) VALUES (:person, :role)", use(add.person), use(add.role);
    return {};
  }
  Result<void> operator()(const change::LinkCard& link) const {
    sql << "INSERT INTO cards (issuer, serial_number, name, person) VALUES (:issuer, :number, :name, :person)",
        use(link.card.issuer), use(link.card.serial_number), use(link.card.name), use(link.person);
    return {};
  }
  Result<void> operator()(const change::SetHold& set) const {
    const std::string reason = set.reason.value_or("");
    soci::indicator there = set.reason ? soci::i_ok : soci::i_null;
    soci::statement update =
        (sql.prepare << "UPDATE persons SET hold_reason = :reason WHERE id = :id", use(reason, there), use(set.person));
    if (!changed(update)) {
      return fail(Code::kStoreNotFound, fmt::format("person {}", set.person));
    }
    return {};
  }
  Result<void> operator()(const change::AddCa& add) const {
    const std::string der = to_base64(add.ca.der);
    const long long at = seconds(add.ca.added_at);
    sql << "INSERT INTO cas (use_for, sha256, der, added_at) VALUES (:use, :sha256, :der, :at)", use(add.ca.use),
        use(add.ca.sha256), use(der), use(at);
    return {};
  }
  Result<void> operator()(const change::AddCrl& add) const {
    const CrlRecord& crl = add.crl;
    const std::string der = to_base64(crl.der);
    const long long this_update = seconds(crl.this_update);
    const long long next_update = crl.next_update ? seconds(*crl.next_update) : 0;
    soci::indicator has_next = crl.next_update ? soci::i_ok : soci::i_null;
    const long long entries = crl.entries;
    const long long at = seconds(crl.imported_at);
    sql << "INSERT INTO crls (seq, sha256, issuer, scope, number, this_update, next_update, entries, imported_at, der)"
           " SELECT COALESCE(MAX(seq), 0) + 1, :sha256, :issuer, :scope, :number, :this, :next, :entries, :at, :der"
           " FROM crls",
        use(crl.sha256), use(crl.issuer), use(crl.scope), use(crl.number), use(this_update), use(next_update, has_next),
        use(entries), use(at), use(der);
    return {};
  }
  Result<void> operator()(const change::AddSession& add) const {
    const SessionRecord& session = add.session;
    const long long started = seconds(session.started_at);
    const long long lease = seconds(session.lease_until);
    const long long expires = seconds(session.expires_at);
    sql << "INSERT INTO sessions (id, person, facility, card_issuer, certificate_serial, claims, started_at,"
           " lease_until, expires_at, end_reason)"
           " VALUES (:id, :person, :facility, :issuer, :serial, :claims, :started, :lease, :expires, '')",
        use(session.id), use(session.person), use(session.facility), use(session.card_issuer),
        use(session.certificate_serial), use(session.claims), use(started), use(lease), use(expires);
    return {};
  }
  Result<void> operator()(const change::EndSession& end) const {
    const long long at = seconds(end.at);
    soci::statement update = (sql.prepare << "UPDATE sessions SET ended_at = :at, end_reason = :reason"
                                             " WHERE id = :id AND ended_at IS NULL",
                              use(at), use(end.reason), use(end.id));
    return changed(update) ? Result<void>() : fail(Code::kSessionEnded);
  }
};

}  // namespace

Result<void> make_change(soci::session& sql, const Change& change) {
  return std::visit(Applier{sql}, change);
}

void append_audit(soci::session& sql, const std::string& chain, const AuditEvent& event) {
  long long last = 0;
  AuditRecord record{.chain = chain, .seq = 0, .event = event, .previous = {}, .hash = {}};
  sql << "SELECT seq, hash FROM audit WHERE chain = :chain ORDER BY seq DESC LIMIT 1", into(last),
      into(record.previous), use(chain);
  record.seq = last + 1;
  record.hash = audit_hash(record);
  const long long seq = record.seq;
  const long long at = seconds(event.at);
  sql << "INSERT INTO audit (chain, seq, happened_at, event, actor, subject, detail, previous, hash)"
         " VALUES (:chain, :seq, :at, :event, :actor, :subject, :detail, :previous, :hash)",
      use(chain), use(seq), use(at), use(event.event), use(event.actor), use(event.subject), use(event.detail),
      use(record.previous), use(record.hash);
}

std::string audit_hash(const AuditRecord& record) {
  const AuditEvent& event = record.event;
  const Json fields = {record.previous, record.chain, record.seq,    to_rfc3339(event.at),
                       event.event,     event.actor,  event.subject, event.detail};
  return to_hex(sha256(as_bytes(fields.dump())));
}

}  // namespace shomei::server
