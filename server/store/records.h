#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "server/store/signature_records.h"

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
  /// authentication, signature, staff, timestamp, tls.
  std::string use;
  /// Of the DER, lower-case hexadecimal.
  std::string sha256;
  Bytes der;
  Time added_at;
  std::string added_by{};
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
  std::string imported_by{};
  /// Length of the DER.
  std::int64_t bytes = 0;
  /// Left empty in lists of records.
  Bytes der{};
};

/// Rules of certificates as TOML ([profile] of the configuration).
struct PolicyRecord {
  /// Of the text, lower-case hexadecimal.
  std::string sha256;
  std::string text;
  Time added_at;
  std::string added_by;
};

/// What was trusted from one moment on. Never changed: a change of trust is the next one.
struct GenerationRecord {
  /// 1, 2, 3, …
  std::int64_t seq = 0;
  Time made_at;
  std::string actor;
  /// "ca.added", "crl.imported", …: the event of its audit record.
  std::string kind;
  std::string subject;
  /// JSON, see server/trust/generation.h.
  std::string content;
};

/// One login whose proof was right: what a change of trust is tried on.
struct LoginRecord {
  Time at;
  /// SHA-256 of the certificate, lower-case hexadecimal.
  std::string certificate;
  Bytes der;
  /// authentication or staff.
  std::string use;
  std::string facility;
  /// Empty where the card is not registered.
  std::string person;
  /// "granted" or "refused".
  std::string outcome;
  /// The checks that refused it, with commas between.
  std::string checks;
};

/// A certificate that was used for logins.
struct UsedCertificate {
  std::string sha256;
  Bytes der;
  std::string use;
  std::string person;
  std::int64_t logins = 0;
  std::int64_t granted = 0;
  Time last_login;
};

/// A card whose logins are refused.
struct CardHold {
  /// Of the certificate: RFC 4514, and hexadecimal of the DER content.
  std::string issuer;
  std::string serial;
  std::string reason;
  Time since;
  std::string by;
};

/// All holds, as of one number.
struct HoldRecords {
  /// One more with each change.
  std::int64_t number = 0;
  std::vector<CardHold> cards{};
  /// Ids.
  std::vector<std::string> persons{};
};

/// A change that waits for a second person.
struct ProposalRecord {
  std::string id;
  std::string kind;
  std::string subject;
  /// JSON of the request.
  std::string content;
  std::string by;
  Time at;
  Time expires_at;
  /// open, approved, rejected.
  std::string state = "open";
  std::string decided_by{};
  std::optional<Time> decided_at{};
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
/// One that is there already only gets who added it last, and when.
struct AddCa {
  CaRecord ca;
};
/// One that is there already stays as it is.
struct AddCrl {
  CrlRecord crl;
};
/// One that is there already stays as it is.
struct AddPolicy {
  PolicyRecord policy;
};
/// store.conflict where another server made that one.
struct AddGeneration {
  GenerationRecord generation;
};
struct AddLogin {
  LoginRecord login;
};
struct HoldCard {
  CardHold hold;
};
/// store.not_found where it is not on hold.
struct ReleaseCard {
  std::string issuer;
  std::string serial;
};
struct AddProposal {
  ProposalRecord proposal;
};
/// approval.closed unless it is open and has not expired at that time.
struct DecideProposal {
  std::string id;
  /// approved or rejected.
  std::string state;
  std::string by;
  Time at;
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

using Change = std::variant<change::AddFacility, change::AddPerson, change::AddMembership, change::AddRole,
                            change::LinkCard, change::SetHold, change::AddCa, change::AddCrl, change::AddPolicy,
                            change::AddGeneration, change::AddLogin, change::HoldCard, change::ReleaseCard,
                            change::AddProposal, change::DecideProposal, change::AddSession, change::EndSession,
                            change::AddSignature, change::AdvanceSignature, change::RemoveSignature>;

}  // namespace shomei::server
