#include "server/sessions/sessions.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "server/audit/audit.h"

namespace shomei::server {
namespace {

constexpr std::size_t kIdBytes = 16;

}  // namespace

SessionRecord Sessions::begin() const {
  SessionRecord session;
  session.id = to_base64url(random_bytes(kIdBytes));
  session.started_at = clock_.now();
  session.lease_until = session.started_at + rules_.lease;
  session.expires_at = session.started_at + rules_.longest;
  return session;
}

Result<std::chrono::seconds> Sessions::renew(const std::string& id) {
  const Time now = clock_.now();
  SHOMEI_TRY(store_.renew_lease(id, now, now + rules_.lease));
  return rules_.lease;
}

SessionRecord Sessions::as_of_now(SessionRecord session) const {
  const Time now = clock_.now();
  if (session.ended_at) {
    return session;
  }
  if (session.lease_until < std::min(now, session.expires_at)) {
    session.ended_at = session.lease_until;
    session.end_reason = "lease-expired";
  } else if (session.expires_at <= now) {
    session.ended_at = session.expires_at;
    session.end_reason = "too-long";
  }
  return session;
}

Result<void> Sessions::write_end(const SessionRecord& session, const std::string& reason, const std::string& actor,
                                 Time at) {
  const std::vector<Change> changes{change::EndSession{session.id, at, reason}};
  auto written = store_.commit(
      changes,
      audit_event(
          clock_, "session.ended", actor, session.person,
          {{"session", session.id}, {"reason", reason}, {"facility", session.facility}, {"ended_at", to_rfc3339(at)}}));
  // Somebody else was faster.
  return !written && written.error().code == Code::kSessionEnded ? Result<void>() : written;
}

Result<SessionRecord> Sessions::find(const std::string& id) {
  SHOMEI_TRY(auto found, store_.find_session(id));
  if (!found) {
    return fail(Code::kSessionUnknown);
  }
  return as_of_now(*std::move(found));
}

Result<void> Sessions::end(const std::string& id, const std::string& reason, const std::string& actor) {
  SHOMEI_TRY(const SessionRecord session, find(id));
  return session.ended_at ? Result<void>() : write_end(session, reason, actor, clock_.now());
}

Result<std::size_t> Sessions::end_where(const std::function<bool(const SessionRecord&)>& fits,
                                        const std::string& reason, const std::string& actor) {
  SHOMEI_TRY(const auto sessions, living());
  std::size_t count = 0;
  for (const SessionRecord& session : sessions) {
    if (fits(session)) {
      SHOMEI_TRY(write_end(session, reason, actor, clock_.now()));
      ++count;
    }
  }
  return count;
}

Result<void> Sessions::sweep() {
  SHOMEI_TRY(const auto open, store_.open_sessions());
  for (const SessionRecord& stored : open) {
    const SessionRecord session = as_of_now(stored);
    if (session.ended_at) {
      SHOMEI_TRY(write_end(stored, session.end_reason, "server", *session.ended_at));
    }
  }
  return {};
}

Result<std::vector<SessionRecord>> Sessions::living() {
  SHOMEI_TRY(auto sessions, store_.open_sessions());
  std::erase_if(sessions, [&](const SessionRecord& session) { return as_of_now(session).ended_at.has_value(); });
  return sessions;
}

OrderedJson to_json(const SessionRecord& session) {
  OrderedJson json = {{"session_id", session.id},
                      {"state", session.ended_at ? "ended" : "active"},
                      {"person", session.person},
                      {"facility", session.facility},
                      {"started_at", to_rfc3339(session.started_at)},
                      {"lease_until", to_rfc3339(session.lease_until)}};
  if (session.ended_at) {
    json["ended_at"] = to_rfc3339(*session.ended_at);
    json["end_reason"] = session.end_reason;
  }
  return json;
}

}  // namespace shomei::server
