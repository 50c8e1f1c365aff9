#include "server/trust/end_sessions.h"

#include <algorithm>

namespace shomei::server {
namespace {

bool revokes(const TrustSnapshot::List& list, const SessionRecord& session, const Bytes& serial) {
  if (list.crl.facts().issuer != session.card_issuer) {
    return false;
  }
  const auto entry = list.crl.find(serial);
  return entry && entry->reason != "removeFromCRL";
}

}  // namespace

Result<std::size_t> end_untrusted(Sessions& sessions, const TrustSnapshot& trust, const std::string& actor) {
  const auto revoked = [&](const SessionRecord& session) {
    const auto serial = from_hex(session.certificate_serial);
    return serial &&
           std::ranges::any_of(trust.lists, [&](const auto& list) { return revokes(list, session, *serial); });
  };
  const auto orphan = [&](const SessionRecord& session) {
    return std::ranges::none_of(trust.cas, [&](const TrustSnapshot::Ca& ca) {
      return (ca.record.use == "authentication" || ca.record.use == "staff") &&
             ca.certificate.facts().subject == session.card_issuer;
    });
  };
  SHOMEI_TRY(const std::size_t first, sessions.end_where(revoked, "revoked", actor));
  SHOMEI_TRY(const std::size_t second, sessions.end_where(orphan, "ca-removed", actor));
  return first + second;
}

}  // namespace shomei::server
