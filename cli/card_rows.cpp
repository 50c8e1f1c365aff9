#include "cli/card_rows.h"

#include <nlohmann/json.hpp>

#include "auth/x509/certificate.h"
#include "cards/connection.h"
#include "cards/identify.h"
#include "cards/readers.h"
#include "cli/agent_client.h"

namespace shomei::cli {
namespace {

Json pin_json(const cards::PinStatus& status) {
  using State = cards::PinStatus::State;
  const char* word = status.state == State::kLocked ? "locked" : status.state == State::kUnknown ? "unknown" : "ok";
  return {{"state", word}, {"tries_left", status.tries_left ? Json(*status.tries_left) : Json()}};
}

Result<Json> describe_use(cards::Channel& channel, cards::Use use) {
  SHOMEI_TRY(const auto application, cards::open_hpki(channel, use));
  Json json = Json::object();
  if (const auto certificate = auth::Certificate::parse(application.certificate())) {
    const auto& facts = certificate->facts();
    json = {{"holder", facts.name},
            {"holder_ja", facts.name_ja},
            {"not_after", to_rfc3339(facts.not_after)},
            {"hc_roles", Json::array()},
            {"certificate_sha256", facts.sha256}};
    for (const auth::HcRole& role : facts.hc_roles) {
      json["hc_roles"].push_back(role.text);
    }
  }
  SHOMEI_TRY(const auto status, application.pin_status(channel));
  json["pin"] = pin_json(status);
  return json;
}

Result<void> describe_card(Json& card, const std::string& reader) {
  SHOMEI_TRY(auto connection, cards::CardConnection::open(reader));
  SHOMEI_TRY(const auto channel, connection.begin());
  SHOMEI_TRY(const auto description, cards::identify(*channel));
  card["family"] = cards::name(description.family);
  for (const cards::Use use : description.uses) {
    SHOMEI_TRY(auto details, describe_use(*channel, use));
    card["uses"].push_back(cards::name(use));
    card["details"][std::string(cards::name(use))] = std::move(details);
  }
  return {};
}

Json row_of(const cards::ReaderState& reader) {
  Json card{{"reader", reader.name},
            {"state", reader.mute           ? "mute"
                      : reader.card_present ? "present"
                                            : "empty"},
            {"family", "unknown"},
            {"uses", Json::array()},
            {"details", Json::object()}};
  if (reader.card_present && !reader.mute) {
    if (const auto described = describe_card(card, reader.name); !described) {
      card["state"] = described.error().code == Code::kCardBusy      ? "busy"
                      : described.error().code == Code::kCardRemoved ? "empty"
                                                                     : "present";
      card["error"] = info(described.error().code).id;
    }
  }
  return card;
}

}  // namespace

Result<Json> card_rows(const KeyOptions& options, const Context& context) {
  if (const auto agent = AgentClient::find(options, context)) {
    return agent->call("GET", "/v1/cards", Json());
  }
  SHOMEI_TRY(const auto readers, cards::Readers::open());
  SHOMEI_TRY(const auto states, readers.states());
  Json rows = Json::array();
  for (const cards::ReaderState& state : states) {
    rows.push_back(row_of(state));
  }
  return rows;
}

}  // namespace shomei::cli
