#pragma once

#include "auth/x509/certificate.h"
#include "server/store/store.h"

namespace shomei::server {

/// Facilities, the people registered there, their cards and roles. Errors of what changes: usage (a text that is empty,
/// too long or has control characters, an unknown type or role), store.*.
class Register {
 public:
  Register(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<void> add_facility(const Facility& facility, const std::string& actor);
  /// With facilities and roles, without cards; an empty id is made up. Gives the id.
  Result<std::string> add_person(Person person, const std::string& actor);
  Result<void> add_membership(const std::string& person, const std::string& facility, const std::string& actor);
  Result<void> add_role(const std::string& person, const std::string& role, const std::string& actor);
  /// By issuer and subject serialNumber of an authentication certificate. Errors: key.unsuitable (a CA, or no
  /// serialNumber).
  Result<Card> link_card(const std::string& person, const auth::Certificate& certificate, const std::string& actor);

 private:
  Result<void> commit(std::vector<Change> changes, std::string_view event, const std::string& actor,
                      const std::string& subject, const OrderedJson& detail);
  Store& store_;
  const Clock& clock_;
};

/// 1 to 300 bytes without control characters. Errors: usage.
Result<void> check_text(std::string_view name, const std::string& text);

/// The card that a certificate is of.
Card card_of(const auth::Certificate& certificate);

inline constexpr std::string_view kAdministrator = "administrator";

}  // namespace shomei::server
