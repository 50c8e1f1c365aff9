#pragma once

#include <functional>

#include "base/json.h"
#include "server/store/store.h"

namespace shomei::server {

struct SessionRules {
  /// A session whose lease is not renewed for so long ends.
  std::chrono::seconds lease{15};
  std::chrono::seconds longest{43'200};
};

/// Sessions, each alive as long as its lease is renewed. Every end is one change with one audit record
/// ("session.ended" with its reason), whoever brings it about.
class Sessions {
 public:
  Sessions(Store& store, const Clock& clock, SessionRules rules) : store_(store), clock_(clock), rules_(rules) {}

  /// A session that begins now, to be stored by the caller with the record of the login.
  SessionRecord begin() const;
  /// How long the lease holds from now. Errors: session.ended, store.*.
  Result<std::chrono::seconds> renew(const std::string& id);
  /// Ends it if it lives; what has ended is left as it is. Errors: session.unknown, store.*.
  Result<void> end(const std::string& id, const std::string& reason, const std::string& actor);
  /// Ends the living ones that `fits` picks; how many.
  Result<std::size_t> end_where(const std::function<bool(const SessionRecord&)>& fits, const std::string& reason,
                                const std::string& actor);
  /// Writes down the end of those whose lease or time is over.
  Result<void> sweep();
  /// As it is now: one whose lease is over has ended, written down or not. Errors: session.unknown, store.*.
  Result<SessionRecord> find(const std::string& id);
  /// The living ones.
  Result<std::vector<SessionRecord>> living();
  std::chrono::seconds lease() const { return rules_.lease; }

 private:
  /// Sets the end where time has brought it.
  SessionRecord as_of_now(SessionRecord session) const;
  Result<void> write_end(const SessionRecord& session, const std::string& reason, const std::string& actor, Time at);

  Store& store_;
  const Clock& clock_;
  const SessionRules rules_;
};

/// As `GET /v1/session/{id}` answers.
OrderedJson to_json(const SessionRecord& session);

}  // namespace shomei::server
