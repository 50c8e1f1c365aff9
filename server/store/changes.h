#pragma once

#include "server/store/database.h"

namespace shomei::server {

/// Makes one change within the caller's transaction. Errors: session.ended; what SOCI throws goes to the caller.
Result<void> make_change(soci::session& sql, const Change& change);

/// A CRL's bytes are kept in pieces, so that no statement, and nobody who waits for the connection, takes long.
inline constexpr std::size_t kPieceBytes = 192U << 10;
std::size_t pieces_of(ByteView der);
/// How many of them are there: the first ones.
std::size_t pieces_stored(soci::session& sql, const std::string& sha256);
void add_piece(soci::session& sql, const std::string& sha256, ByteView der, std::size_t piece);

/// See change::AddSignature and so on.
Result<void> add_signature(soci::session& sql, const change::AddSignature& add);
Result<void> advance_signature(soci::session& sql, const change::AdvanceSignature& advance);
Result<void> remove_signature(soci::session& sql, const std::string& id);

/// Appends to the chain within the caller's transaction.
void append_audit(soci::session& sql, const std::string& chain, const AuditEvent& event);

}  // namespace shomei::server
