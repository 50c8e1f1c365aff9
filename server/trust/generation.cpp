#include "server/trust/generation.h"

#include <nlohmann/json.hpp>

namespace shomei::server {

OrderedJson TrustContent::to_json() const {
  OrderedJson json = {{"cas", OrderedJson::array()},
                      {"crls", crls},
                      {"policy", policy.empty() ? OrderedJson() : OrderedJson(policy)},
                      {"set_aside", OrderedJson::array()}};
  for (const Pin& ca : cas) {
    json["cas"].push_back({{"use", ca.use}, {"sha256", ca.sha256}});
  }
  for (const SetAside& list : set_aside) {
    json["set_aside"].push_back({{"sha256", list.sha256}, {"scope", list.scope}, {"number", list.number}});
  }
  return json;
}

Result<TrustContent> TrustContent::parse(const std::string& text) {
  SHOMEI_TRY(const Json json, parse_json(text, {.max_bytes = 16 << 20}));
  try {
    TrustContent content;
    for (const Json& ca : json.at("cas")) {
      content.cas.push_back({.use = ca.at("use"), .sha256 = ca.at("sha256")});
    }
    content.crls = json.at("crls").get<std::vector<std::string>>();
    content.policy = json.at("policy").is_null() ? "" : json.at("policy").get<std::string>();
    for (const Json& list : json.at("set_aside")) {
      content.set_aside.push_back(
          {.sha256 = list.at("sha256"), .scope = list.at("scope"), .number = list.at("number")});
    }
    return content;
  } catch (const Json::exception& exception) {
    return fail(Code::kJsonMalformed, exception.what());
  }
}

}  // namespace shomei::server
