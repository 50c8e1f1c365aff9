#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "server/store/records.h"
#include "server/store/watch_records.h"

namespace shomei::server {

/// The server's state. From any thread. Errors of all: store.failed; of what writes also store.full (nothing stored is
/// lost, the change did not happen).
class Store {
 public:
  virtual ~Store() = default;

  /// Makes the changes and appends the audit record in one durable commit: all of it or nothing. The bytes of a long
  /// CRL go in ahead, piece by piece, so that nobody waits for all of them; without their record they are nothing.
  /// Errors: store.conflict (such a record exists), store.not_found (refers to what is not there), session.ended
  /// (EndSession of one that is not living), approval.closed, signature.queue_full.
  virtual Result<void> commit(std::span<const Change> changes, const AuditEvent& event) = 0;
  /// Errors: session.ended (its lease or its time was over at `now`, it was ended, or it never was).
  virtual Result<void> renew_lease(const std::string& session, Time now, Time until) = 0;

  virtual Result<std::vector<Facility>> facilities() = 0;
  virtual Result<std::optional<Facility>> find_facility(const std::string& code) = 0;
  virtual Result<std::vector<Person>> persons() = 0;
  virtual Result<std::optional<Person>> find_person(const std::string& id) = 0;
  virtual Result<std::optional<Person>> find_person_by_card(const Card& card) = 0;
  /// All that were ever added.
  virtual Result<std::vector<CaRecord>> cas() = 0;
  /// All that were ever accepted, without their DER, in the order of their import.
  virtual Result<std::vector<CrlRecord>> crls() = 0;
  virtual Result<std::optional<CrlRecord>> find_crl(const std::string& sha256) = 0;
  /// The same without its DER.
  virtual Result<std::optional<CrlRecord>> find_crl_record(const std::string& sha256) = 0;
  virtual Result<std::optional<PolicyRecord>> find_policy(const std::string& sha256) = 0;
  /// Zero where there is none.
  virtual Result<std::int64_t> newest_generation() = 0;
  virtual Result<std::optional<GenerationRecord>> find_generation(std::int64_t seq) = 0;
  /// Those below `before`, at most `limit`, the newest first.
  virtual Result<std::vector<GenerationRecord>> generations(std::int64_t before, std::size_t limit) = 0;

  /// Certificates of logins since then, by SHA-256 above `after`, at most `limit`.
  virtual Result<std::vector<UsedCertificate>> used_certificates(Time since, const std::string& after,
                                                                 std::size_t limit) = 0;
  virtual Result<std::int64_t> count_used_certificates(Time since) = 0;
  /// Deletes about `limit` logins of before then, and certificates that nobody has used since; how many rows.
  virtual Result<std::size_t> forget_logins(Time before, std::size_t limit) = 0;

  virtual Result<HoldRecords> holds() = 0;
  virtual Result<std::int64_t> hold_number() = 0;
  virtual Result<bool> on_hold(const std::string& issuer, const std::string& serial) = 0;
  /// The open ones of cards or persons on hold.
  virtual Result<std::vector<SessionRecord>> held_sessions() = 0;

  /// The newest first, at most `limit`, without their content.
  virtual Result<std::vector<ProposalRecord>> proposals(std::size_t limit) = 0;
  virtual Result<std::optional<ProposalRecord>> find_proposal(const std::string& id) = 0;

  /// Records of this server's chain.
  virtual Result<std::int64_t> audit_count() = 0;
  virtual Result<std::vector<CrlSourceRecord>> crl_sources() = 0;
  /// Adds or replaces the record of its URL.
  virtual Result<void> keep_crl_source(const CrlSourceRecord& source) = 0;
  /// False where a notice of that key is there already.
  virtual Result<bool> add_notice(const NoticeRecord& notice) = 0;
  /// When it was sent, or is to be tried next.
  virtual Result<void> keep_notice(const NoticeRecord& notice) = 0;
  /// Not sent and due, the oldest first, at most `limit`.
  virtual Result<std::vector<NoticeRecord>> notices_to_send(Time due, std::size_t limit) = 0;
  /// The newest first, at most `limit`.
  virtual Result<std::vector<NoticeRecord>> notices(std::size_t limit) = 0;

  virtual Result<std::optional<SignatureRecord>> find_signature(const std::string& id) = 0;
  /// The newest first, at most `limit`.
  virtual Result<std::vector<SignatureRecord>> signatures(const SignatureFilter& filter, std::size_t limit) = 0;
  /// The file itself, then the detached ones. Errors: store.not_found.
  virtual Result<std::vector<SignatureContent>> signature_contents(const std::string& id) = 0;
  /// Takes the pending one that has been due longest, for `worker` alone until then, and counts the attempt. Nothing
  /// where none is due.
  virtual Result<std::optional<SignatureRecord>> take_signature(const std::string& worker, Time now, Time until) = 0;
  /// Gives one back without a change: attempts, next try, reasons. One that another has taken meanwhile stays his.
  virtual Result<void> put_back_signature(const SignatureRecord& signature) = 0;
  /// Pending ones that wait for this are due now.
  virtual Result<void> hurry_signatures(const std::string& waits_for, Time now) = 0;
  virtual Result<SignatureCounts> count_signatures() = 0;
  /// Not pending, and changed before then; at most `limit`.
  virtual Result<std::vector<SignatureRecord>> old_signatures(Time before, std::size_t limit) = 0;
  /// When something of that name last happened.
  virtual Result<std::optional<Time>> moment(const std::string& name) = 0;
  virtual Result<void> keep_moment(const std::string& name, Time at) = 0;

  /// Neither ended nor past their lease for longer than the ender needs: all whose end is not written down.
  virtual Result<std::vector<SessionRecord>> open_sessions() = 0;
  virtual Result<std::optional<SessionRecord>> find_session(const std::string& id) = 0;
  /// Records of this server's chain with seq above `after`, at most `limit`, in order.
  virtual Result<std::vector<AuditRecord>> audit(std::int64_t after, std::size_t limit) = 0;
};

struct StoreOptions {
  /// "sqlite3" or "postgresql".
  std::string backend = "sqlite3";
  /// sqlite3: a file; postgresql: libpq's keywords.
  std::string connection;
  /// Name of this server's audit chain.
  std::string chain = "main";
};

/// Opens the database, makes or brings forward its schema. SQLite: WAL, synchronous FULL, file mode 0600. Errors:
/// store.failed, store.full, store.newer_schema (left untouched), config.invalid (another backend).
Result<std::unique_ptr<Store>> open_store(const StoreOptions& options);

/// The hash of an audit record: SHA-256 of the JSON array [previous, chain, seq, at, event, actor, subject, detail],
/// lower-case hexadecimal.
std::string audit_hash(const AuditRecord& record);

}  // namespace shomei::server
