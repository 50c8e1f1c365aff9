#include "server/admin/views.h"

#include <nlohmann/json.hpp>

namespace shomei::server {

OrderedJson to_json(const Facility& facility) {
  return {{"code", facility.code}, {"name", facility.name}, {"type", facility.type}};
}

OrderedJson to_json(const Person& person) {
  OrderedJson cards = OrderedJson::array();
  for (const Card& card : person.cards) {
    cards.push_back({{"issuer", card.issuer}, {"serial_number", card.serial_number}, {"name", card.name}});
  }
  return {{"id", person.id},
          {"name", person.name},
          {"facilities", person.facilities},
          {"roles", person.roles},
          {"cards", std::move(cards)},
          {"held", person.hold_reason.has_value()},
          {"hold_reason", person.hold_reason.value_or("")}};
}

OrderedJson to_json(const TrustSnapshot::Ca& ca) {
  const auth::CertificateFacts& facts = ca.certificate.facts();
  return {{"use", ca.record.use},
          {"sha256", ca.record.sha256},
          {"subject", facts.subject},
          {"issuer", facts.issuer},
          {"not_after", to_rfc3339(facts.not_after)},
          {"added_at", to_rfc3339(ca.record.added_at)}};
}

OrderedJson to_json(const CrlRecord& crl, bool in_force) {
  return {{"sha256", crl.sha256},
          {"issuer", crl.issuer},
          {"number", crl.number},
          {"scope", crl.scope},
          {"this_update", to_rfc3339(crl.this_update)},
          {"next_update", crl.next_update ? OrderedJson(to_rfc3339(*crl.next_update)) : OrderedJson()},
          {"entries", crl.entries},
          {"imported_at", to_rfc3339(crl.imported_at)},
          {"current", in_force}};
}

OrderedJson to_json(const AuditRecord& record) {
  return {{"seq", record.seq},
          {"at", to_rfc3339(record.event.at)},
          {"event", record.event.event},
          {"actor", record.event.actor},
          {"subject", record.event.subject},
          {"detail", OrderedJson::parse(record.event.detail)},
          {"previous", record.previous},
          {"hash", record.hash}};
}

}  // namespace shomei::server
