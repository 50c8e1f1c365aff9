#include "server/register/register.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "server/audit/audit.h"

namespace shomei::server {
namespace {

constexpr std::size_t kMaxText = 300;
/// The kinds of facility that the networks know.
constexpr std::array<std::string_view, 8> kFacilityTypes{
    "hospital", "clinic", "dental", "pharmacy", "care", "visiting-nurse", "community-support", "other"};

Result<void> check_role(const std::string& role) {
  return role == kAdministrator ? Result<void>() : fail(Code::kUsage, fmt::format("role {} is not known", role));
}

}  // namespace

Result<void> check_text(std::string_view name, const std::string& text) {
  const bool clean = std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (text.empty() || text.size() > kMaxText || !clean) {
    return fail(Code::kUsage, fmt::format("{} must have 1 to {} bytes and no control characters", name, kMaxText));
  }
  return {};
}

Card card_of(const auth::Certificate& certificate) {
  const auth::CertificateFacts& facts = certificate.facts();
  return {.issuer = facts.issuer, .serial_number = facts.serial_number, .name = facts.name};
}

Result<void> Register::commit(std::vector<Change> changes, std::string_view event, const std::string& actor,
                              const std::string& subject, const OrderedJson& detail) {
  return store_.commit(changes, audit_event(clock_, event, actor, subject, detail));
}

Result<void> Register::add_facility(const Facility& facility, const std::string& actor) {
  SHOMEI_TRY(check_text("code", facility.code));
  SHOMEI_TRY(check_text("name", facility.name));
  if (std::ranges::find(kFacilityTypes, facility.type) == kFacilityTypes.end()) {
    return fail(Code::kUsage, fmt::format("type {} is none of {}", facility.type, fmt::join(kFacilityTypes, ", ")));
  }
  return commit({change::AddFacility{facility}}, "facility.added", actor, facility.code,
                {{"name", facility.name}, {"type", facility.type}});
}

Result<std::string> Register::add_person(Person person, const std::string& actor) {
  if (person.id.empty()) {
    person.id = to_hex(random_bytes(8));
  }
  SHOMEI_TRY(check_text("id", person.id));
  SHOMEI_TRY(check_text("name", person.name));
  std::vector<Change> changes{change::AddPerson{person.id, person.name}};
  for (const std::string& facility : person.facilities) {
    changes.emplace_back(change::AddMembership{person.id, facility});
  }
  for (const std::string& role : person.roles) {
    SHOMEI_TRY(check_role(role));
    changes.emplace_back(change::AddRole{person.id, role});
  }
  SHOMEI_TRY(commit(std::move(changes), "person.added", actor, person.id,
                    {{"name", person.name}, {"facilities", person.facilities}, {"roles", person.roles}}));
  return person.id;
}

Result<void> Register::add_membership(const std::string& person, const std::string& facility,
                                      const std::string& actor) {
  return commit({change::AddMembership{person, facility}}, "person.registered", actor, person,
                {{"facility", facility}});
}

Result<void> Register::add_role(const std::string& person, const std::string& role, const std::string& actor) {
  SHOMEI_TRY(check_role(role));
  return commit({change::AddRole{person, role}}, "person.role", actor, person, {{"role", role}});
}

Result<Card> Register::link_card(const std::string& person, const auth::Certificate& certificate,
                                 const std::string& actor) {
  Card card = card_of(certificate);
  if (certificate.facts().is_ca || card.serial_number.empty()) {
    return fail(Code::kKeyUnsuitable,
                fmt::format("{}: a person's certificate with a serialNumber in its subject is needed",
                            certificate.facts().subject));
  }
  SHOMEI_TRY(check_text("serialNumber", card.serial_number));
  SHOMEI_TRY(commit({change::LinkCard{person, card}}, "person.card", actor, person,
                    {{"issuer", card.issuer}, {"serial_number", card.serial_number}, {"name", card.name}}));
  return card;
}

}  // namespace shomei::server
