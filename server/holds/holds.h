#pragma once

#include <mutex>

#include "server/oidc/token_issuer.h"
#include "server/sessions/sessions.h"
#include "server/trust/trust.h"

namespace shomei::server {

/// A card by its certificate, or a person.
struct HoldTarget {
  /// RFC 4514, and hexadecimal of the DER content; both empty for a person.
  std::string issuer;
  std::string serial;
  std::string person{};
};

/// The hold list as gateways fetch it.
struct SignedHolds {
  /// JWS of typ shomei-holds+jwt, see docs/integrate.md.
  std::string jws;
  std::string etag;
  Time expires_at;
};

inline constexpr std::string_view kHoldsType = "shomei-holds+jwt";

/// Cards and persons whose logins are refused at once, days before a CRL says so. From any thread.
class Holds {
 public:
  Holds(Store& store, const Clock& clock, TokenIssuer& issuer, Sessions& sessions)
      : store_(store), clock_(clock), issuer_(issuer), sessions_(sessions) {}

  /// From now on; the sessions end: how many. Errors: usage (reason), store.conflict (it is), store.not_found.
  Result<std::size_t> hold(const HoldTarget& target, const std::string& reason, const std::string& actor);
  /// Errors: store.not_found (it is not), approval.closed.
  Result<void> release(const HoldTarget& target, const Authority& authority);
  /// Number, cards and persons on hold, signed; made anew when the list changes and before it expires. What another
  /// server changes is seen within a second. Errors: store.*, crypto.failed.
  Result<SignedHolds> list();
  /// Ends sessions that began while their hold was being set, here or at another server.
  Result<void> sweep();

 private:
  Result<void> sign(std::int64_t number);
  void forget_list();

  Store& store_;
  const Clock& clock_;
  TokenIssuer& issuer_;
  Sessions& sessions_;
  std::mutex mutex_;
  std::int64_t number_ = 0;
  Time looked_at_{};
  std::optional<SignedHolds> signed_;
};

}  // namespace shomei::server
