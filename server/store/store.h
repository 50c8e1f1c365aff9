#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "server/store/records.h"

namespace shomei::server {

/// The server's state. From any thread. Errors of all: store.failed; of what writes also store.full (nothing stored is
/// lost, the change did not happen).
class Store {
 public:
  virtual ~Store() = default;

  /// Makes the changes and appends the audit record in one durable commit: all of it or nothing. Errors:
  /// store.conflict (such a record exists), store.not_found (refers to what is not there), session.ended (EndSession of
  /// one that is not living).
  virtual Result<void> commit(std::span<const Change> changes, const AuditEvent& event) = 0;
  /// Errors: session.ended (its lease or its time was over at `now`, it was ended, or it never was).
  virtual Result<void> renew_lease(const std::string& session, Time now, Time until) = 0;

  virtual Result<std::vector<Facility>> facilities() = 0;
  virtual Result<std::optional<Facility>> find_facility(const std::string& code) = 0;
  virtual Result<std::vector<Person>> persons() = 0;
  virtual Result<std::optional<Person>> find_person(const std::string& id) = 0;
  virtual Result<std::optional<Person>> find_person_by_card(const Card& card) = 0;
  virtual Result<std::vector<CaRecord>> cas() = 0;
  /// All that were ever accepted, without their DER, in the order of their import.
  virtual Result<std::vector<CrlRecord>> crls() = 0;
  virtual Result<std::optional<CrlRecord>> find_crl(const std::string& sha256) = 0;
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
