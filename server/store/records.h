#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace shomei::server {

struct Facility {
  std::string code;
  std::string name;
  /// hospital, clinic, dental, pharmacy, care, visiting-nurse, community-support, other.
  std::string type;
};

/// What ties a card to a person: a renewed card of the same holder carries the same two.
struct Card {
  /// Issuer of the authentication certificate, RFC 4514.
  std::string issuer;
  /// serialNumber attribute of its subject.
  std::string serial_number;
  /// commonName when it was linked, for people.
  std::string name{};
};

struct Person {
  std::string id;
  std::string name;
  std::vector<std::string> facilities{};
  std::vector<std::string> roles{};
  std::vector<Card> cards{};
  /// Set while no login is allowed.
  std::optional<std::string> hold_reason{};
};

struct CaRecord {
  /// authentication, signature, staff, timestamp.
  std::string use;
  /// Of the DER, lower-case hexadecimal.
  std::string sha256;
  Bytes der;
  Time added_at;
};

struct CrlRecord {
  std::string sha256;
  std::string issuer;
  /// What the list is for: key and issuingDistributionPoint as one word; a newer list replaces one of the same scope.
  std::string scope;
  /// cRLNumber, lower-case hexadecimal.
  std::string number;
  Time this_update;
  std::optional<Time> next_update;
  std::int64_t entries = 0;
  Time imported_at;
  /// Left empty in lists of records.
  Bytes der{};
};

struct SessionRecord {
  std::string id;
  std::string person;
  std::string facility;
  /// Issuer and certificate serial number (hexadecimal) of the card that logged in.
  std::string card_issuer;
  std::string certificate_serial;
  /// JSON of the claims, for further access tokens of the same session.
  std::string claims;
  Time started_at;
  Time lease_until;
  /// It ends then, whatever the lease says.
  Time expires_at;
  std::optional<Time> ended_at{};
  std::string end_reason{};
};

struct AuditEvent {
  Time at;
  /// "login.granted", "crl.imported", …
  std::string event;
  /// Person, or "local:uid=0".
  std::string actor;
  std::string subject;
  /// JSON text.
  std::string detail = "{}";
};

struct AuditRecord {
  std::string chain;
  std::int64_t seq = 0;
  AuditEvent event;
  std::string previous;
  std::string hash;
};

/// What can change, one alternative each.
namespace change {
struct AddFacility {
  Facility facility;
};
/// Id and name only; the rest by changes of its own.
struct AddPerson {
  std::string id;
  std::string name;
};
struct AddMembership {
  std::string person;
  std::string facility;
};
struct AddRole {
  std::string person;
  std::string role;
};
struct LinkCard {
  std::string person;
  Card card;
};
struct SetHold {
  std::string person;
  std::optional<std::string> reason;
};
struct AddCa {
  CaRecord ca;
};
struct AddCrl {
  CrlRecord crl;
};
struct AddSession {
  SessionRecord session;
};
/// Of a living session.
struct EndSession {
  std::string id;
  Time at;
  std::string reason;
};
}  // namespace change

using Change =
    std::variant<change::AddFacility, change::AddPerson, change::AddMembership, change::AddRole, change::LinkCard,
                 change::SetHold, change::AddCa, change::AddCrl, change::AddSession, change::EndSession>;

}  // namespace shomei::server
