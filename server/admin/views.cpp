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
          {"added_at", to_rfc3339(ca.record.added_at)},
          {"added_by", ca.record.added_by}};
}

OrderedJson to_json(const CrlRecord& crl, bool in_force, Time now) {
  return {{"sha256", crl.sha256},
          {"issuer", crl.issuer},
          {"number", crl.number},
          {"scope", crl.scope},
          {"this_update", to_rfc3339(crl.this_update)},
          {"next_update", crl.next_update ? OrderedJson(to_rfc3339(*crl.next_update)) : OrderedJson()},
          {"age", (now - crl.this_update).count()},
          {"entries", crl.entries},
          {"bytes", crl.bytes},
          {"imported_at", to_rfc3339(crl.imported_at)},
          {"imported_by", crl.imported_by},
          {"current", in_force}};
}

OrderedJson to_json(const GenerationRecord& generation) {
  return {{"seq", generation.seq},
          {"made_at", to_rfc3339(generation.made_at)},
          {"actor", generation.actor},
          {"kind", generation.kind},
          {"subject", generation.subject}};
}

OrderedJson to_json(const ProposalRecord& proposal) {
  return {{"id", proposal.id},
          {"kind", proposal.kind},
          {"subject", proposal.subject},
          {"state", proposal.state},
          {"by", proposal.by},
          {"at", to_rfc3339(proposal.at)},
          {"expires_at", to_rfc3339(proposal.expires_at)},
          {"decided_by", proposal.decided_by},
          {"decided_at", proposal.decided_at ? OrderedJson(to_rfc3339(*proposal.decided_at)) : OrderedJson()}};
}

OrderedJson to_json(const HoldRecords& holds) {
  OrderedJson list = OrderedJson::array();
  for (const CardHold& card : holds.cards) {
    list.push_back({{"issuer", card.issuer},
                    {"serial", card.serial},
                    {"reason", card.reason},
                    {"since", to_rfc3339(card.since)},
                    {"by", card.by}});
  }
  return {{"number", holds.number}, {"cards", std::move(list)}, {"persons", holds.persons}};
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
