#include "server/store/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/json.h"
#include "server/store/sql_rows.h"

namespace shomei::server {
namespace {

using soci::into;
using soci::use;

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
    count_hold();
    return {};
  }
  Result<void> operator()(const change::AddCa& add) const {
    const std::string der = to_base64(add.ca.der);
    const long long at = seconds(add.ca.added_at);
    sql << "INSERT INTO cas (use_for, sha256, der, added_at, added_by) VALUES (:use, :sha256, :der, :at, :by)"
           " ON CONFLICT (use_for, sha256) DO UPDATE SET added_at = excluded.added_at, added_by = excluded.added_by",
        use(add.ca.use), use(add.ca.sha256), use(der), use(at), use(add.ca.added_by);
    return {};
  }
  Result<void> operator()(const change::AddCrl& add) const {
    const CrlRecord& crl = add.crl;
    const long long this_update = seconds(crl.this_update);
    const long long next_update = crl.next_update ? seconds(*crl.next_update) : 0;
    soci::indicator has_next = crl.next_update ? soci::i_ok : soci::i_null;
    const long long entries = crl.entries;
    const long long at = seconds(crl.imported_at);
    const auto bytes = static_cast<long long>(crl.der.size());
    sql << "INSERT INTO crls (seq, sha256, issuer, scope, number, this_update, next_update, entries, imported_at,"
           " imported_by, bytes, der)"
           " SELECT COALESCE(MAX(seq), 0) + 1, :sha256, :issuer, :scope, :number, :this, :next, :entries, :at, :by,"
           " :bytes, '' FROM crls WHERE true ON CONFLICT (sha256) DO NOTHING",
        use(crl.sha256), use(crl.issuer), use(crl.scope), use(crl.number), use(this_update), use(next_update, has_next),
        use(entries), use(at), use(crl.imported_by), use(bytes);
    for (std::size_t piece = pieces_stored(sql, crl.sha256); piece < pieces_of(crl.der); ++piece) {
      add_piece(sql, crl.sha256, crl.der, piece);
    }
    return {};
  }
  Result<void> operator()(const change::AddPolicy& add) const {
    const long long at = seconds(add.policy.added_at);
    sql << "INSERT INTO policies (sha256, content, added_at, added_by) VALUES (:sha256, :text, :at, :by)"
           " ON CONFLICT (sha256) DO NOTHING",
        use(add.policy.sha256), use(add.policy.text), use(at), use(add.policy.added_by);
    return {};
  }
  Result<void> operator()(const change::AddGeneration& add) const {
    const GenerationRecord& next = add.generation;
    const long long seq = next.seq;
    const long long at = seconds(next.made_at);
    sql << "INSERT INTO generations (seq, made_at, actor, kind, subject, content)"
           " VALUES (:seq, :at, :actor, :kind, :subject, :content)",
        use(seq), use(at), use(next.actor), use(next.kind), use(next.subject), use(next.content);
    return {};
  }
  Result<void> operator()(const change::AddLogin& add) const {
    const LoginRecord& login = add.login;
    const std::string der = to_base64(login.der);
    const long long at = seconds(login.at);
    sql << "INSERT INTO certificates (sha256, der, last_login) VALUES (:sha256, :der, :at)"
           " ON CONFLICT (sha256) DO UPDATE SET last_login = excluded.last_login",
        use(login.certificate), use(der), use(at);
    sql << "INSERT INTO logins (at, certificate, use_for, facility, person, outcome, checks)"
           " VALUES (:at, :certificate, :use, :facility, :person, :outcome, :checks)",
        use(at), use(login.certificate), use(login.use), use(login.facility), use(login.person), use(login.outcome),
        use(login.checks);
    return {};
  }
  Result<void> operator()(const change::HoldCard& add) const {
    const long long since = seconds(add.hold.since);
    sql << "INSERT INTO card_holds (issuer, serial, reason, since, held_by)"
           " VALUES (:issuer, :serial, :reason, :since, :by)",
        use(add.hold.issuer), use(add.hold.serial), use(add.hold.reason), use(since), use(add.hold.by);
    count_hold();
    return {};
  }
  Result<void> operator()(const change::ReleaseCard& release) const {
    soci::statement gone = (sql.prepare << "DELETE FROM card_holds WHERE issuer = :issuer AND serial = :serial",
                            use(release.issuer), use(release.serial));
    if (!changed(gone)) {
      return fail(Code::kStoreNotFound, fmt::format("a hold of {} {}", release.issuer, release.serial));
    }
    count_hold();
    return {};
  }
  Result<void> operator()(const change::AddProposal& add) const {
    const ProposalRecord& proposal = add.proposal;
    const long long at = seconds(proposal.at);
    const long long expires = seconds(proposal.expires_at);
    sql << "INSERT INTO proposals (id, kind, subject, content, made_by, made_at, expires_at, state, decided_by)"
           " VALUES (:id, :kind, :subject, :content, :by, :at, :expires, 'open', '')",
        use(proposal.id), use(proposal.kind), use(proposal.subject), use(proposal.content), use(proposal.by), use(at),
        use(expires);
    return {};
  }
  Result<void> operator()(const change::DecideProposal& decide) const {
    const long long at = seconds(decide.at);
    soci::statement update = (sql.prepare << "UPDATE proposals SET state = :state, decided_by = :by, decided_at = :at"
                                             " WHERE id = :id AND state = 'open' AND expires_at > :now",
                              use(decide.state), use(decide.by), use(at), use(decide.id), use(at));
    return changed(update) ? Result<void>() : fail(Code::kApprovalClosed, decide.id);
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
  Result<void> operator()(const change::AddSignature& add) const { return add_signature(sql, add); }
  Result<void> operator()(const change::AdvanceSignature& advance) const { return advance_signature(sql, advance); }
  Result<void> operator()(const change::RemoveSignature& remove) const { return remove_signature(sql, remove.id); }

 private:
  void count_hold() const { sql << "UPDATE hold_list SET number = number + 1"; }
};

}  // namespace

std::size_t pieces_of(ByteView der) {
  return (der.size() + kPieceBytes - 1) / kPieceBytes;
}

std::size_t pieces_stored(soci::session& sql, const std::string& sha256) {
  long long count = 0;
  sql << "SELECT COUNT(*) FROM crl_pieces WHERE sha256 = :sha256", use(sha256), into(count);
  return static_cast<std::size_t>(count);
}

void add_piece(soci::session& sql, const std::string& sha256, ByteView der, std::size_t piece) {
  const std::size_t begin = piece * kPieceBytes;
  const std::string content = to_base64(der.subspan(begin, std::min(kPieceBytes, der.size() - begin)));
  const auto number = static_cast<long long>(piece);
  sql << "INSERT INTO crl_pieces (sha256, piece, content) VALUES (:sha256, :piece, :content)"
         " ON CONFLICT (sha256, piece) DO NOTHING",
      use(sha256), use(number), use(content);
}

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
