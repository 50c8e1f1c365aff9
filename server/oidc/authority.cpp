#include "server/oidc/authority.h"

#include <fmt/format.h>

#include <algorithm>

namespace shomei::server {

Result<SessionRecord> session_of(const LoginParts& parts, const http::Request& request) {
  SHOMEI_TRY(const Bearer bearer, parts.issuer.read(request.bearer().value_or(""), TokenIssuer::Expiry::kMustBeAhead));
  SHOMEI_TRY(SessionRecord session, parts.sessions.find(bearer.session));
  return session.ended_at ? Result<SessionRecord>(fail(Code::kSessionEnded, session.end_reason)) : std::move(session);
}

http::AccessRule sessions(const LoginParts& parts) {
  return http::AccessRule([&parts](const http::Request& request) -> Result<void> {
    SHOMEI_TRY(session_of(parts, request));
    return {};
  });
}

Result<std::string> administrator_of(const LoginParts& parts, const http::Request& request) {
  SHOMEI_TRY(const SessionRecord session, session_of(parts, request));
  SHOMEI_TRY(const auto person, parts.store.find_person(session.person));
  if (!person || person->hold_reason || std::ranges::find(person->roles, kAdministrator) == person->roles.end()) {
    return fail(Code::kNotPermitted, fmt::format("{} has not the role {}", session.person, kAdministrator));
  }
  return session.person;
}

http::AccessRule administrators(const LoginParts& parts) {
  return http::AccessRule([&parts](const http::Request& request) -> Result<void> {
    SHOMEI_TRY(administrator_of(parts, request));
    return {};
  });
}

std::string actor_of(const LoginParts& parts, const http::Request& request) {
  if (request.peer) {
    return fmt::format("local:uid={}", request.peer->uid);
  }
  return administrator_of(parts, request).value_or("unknown");
}

}  // namespace shomei::server
