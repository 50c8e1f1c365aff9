#include "agent/card_list.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "auth/x509/certificate.h"
#include "base/log.h"
#include "cards/connection.h"
#include "cards/identify.h"
#include "cards/readers.h"

namespace shomei::agent {
namespace {

using namespace std::chrono_literals;

// Another program's (or our own) transaction is not waited for longer than this.
constexpr cards::CardLimits kLimits{.begin = 1500ms, .answer = 10s};

void describe_certificate(OrderedJson& json, ByteView der) {
  const auto certificate = auth::Certificate::parse(der);
  if (!certificate) {
    return;
  }
  const auth::CertificateFacts& facts = certificate->facts();
  json["holder"] = facts.name;
  json["holder_ja"] = facts.name_ja;
  json["not_after"] = to_rfc3339(facts.not_after);
  json["hc_roles"] = OrderedJson::array();
  for (const auth::HcRole& role : facts.hc_roles) {
    json["hc_roles"].push_back(role.text);
  }
  json["certificate_sha256"] = facts.sha256;
}

OrderedJson pin_json(bool locked, bool unknown, std::optional<unsigned> tries_left) {
  return {{"state", locked    ? "locked"
                    : unknown ? "unknown"
                              : "ok"},
          {"tries_left", tries_left ? OrderedJson(*tries_left) : OrderedJson()}};
}

Result<OrderedJson> describe_use(cards::Channel& channel, cards::Use use, cards::CertificateCache& cache) {
  SHOMEI_TRY(const auto application, cards::open_hpki(channel, use, &cache));
  OrderedJson json = OrderedJson::object();
  describe_certificate(json, application.certificate());
  SHOMEI_TRY(const auto status, application.pin_status(channel));
  using State = cards::PinStatus::State;
  json["pin"] = pin_json(status.state == State::kLocked, status.state == State::kUnknown, status.tries_left);
  return json;
}

Result<void> describe_card(OrderedJson& card, const std::string& reader, cards::CertificateCache& cache) {
  SHOMEI_TRY(auto connection, cards::CardConnection::open(reader, kLimits));
  SHOMEI_TRY(const auto channel, connection.begin());
  SHOMEI_TRY(const auto description, cards::identify(*channel, &cache));
  card["family"] = cards::name(description.family);
  for (const cards::Use use : description.uses) {
    SHOMEI_TRY(card["details"][std::string(cards::name(use))], describe_use(*channel, use, cache));
    card["uses"].push_back(cards::name(use));
  }
  return {};
}

OrderedJson row(const std::string& reader, const char* state) {
  return {{"reader", reader},
          {"state", state},
          {"family", "unknown"},
          {"uses", OrderedJson::array()},
          {"details", OrderedJson::object()}};
}

OrderedJson reader_row(const cards::ReaderState& reader, cards::CertificateCache& cache) {
  OrderedJson card = row(reader.name, reader.mute ? "mute" : reader.card_present ? "present" : "empty");
  if (!reader.card_present || reader.mute) {
    return card;
  }
  if (const auto described = describe_card(card, reader.name, cache); !described) {
    log::warn("{}: {}", reader.name, describe(described.error()));
    card["state"] = described.error().code == Code::kCardBusy      ? "busy"
                    : described.error().code == Code::kCardRemoved ? "empty"
                                                                   : "present";
    card["error"] = info(described.error().code).id;
  }
  return card;
}

Result<void> describe_token(OrderedJson& row, KeyDesk& keys, cards::Use use) {
  const std::string word(cards::name(use));
  SHOMEI_TRY(const auto key, keys.open(use, ""));
  row["reader"] = key->reader();
  row["state"] = "present";
  OrderedJson& details = row["details"][word] = OrderedJson::object();
  describe_certificate(details, key->certificate());
  SHOMEI_TRY(const PinState pin, key->pin_state());
  details["pin"] = pin_json(pin.locked, pin.unknown, pin.tries_left);
  row["uses"].push_back(word);
  return {};
}

}  // namespace

OrderedJson token_row(KeyDesk& keys, cards::Use use) {
  OrderedJson token = row("", "empty");
  token["family"] = "pkcs11";
  if (const auto described = describe_token(token, keys, use); !described) {
    log::warn("{} key: {}", cards::name(use), describe(described.error()));
    token["error"] = info(described.error().code).id;
  }
  return token;
}

Result<OrderedJson> list_cards(cards::CertificateCache& cache) {
  SHOMEI_TRY(const auto readers, cards::Readers::open());
  SHOMEI_TRY(const auto states, readers.states());
  OrderedJson list = OrderedJson::array();
  for (const cards::ReaderState& reader : states) {
    list.push_back(reader_row(reader, cache));
  }
  return list;
}

}  // namespace shomei::agent
