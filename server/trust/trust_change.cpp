#include "server/trust/trust_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace shomei::server {
namespace {

using namespace trust_change;

constexpr std::array<std::string_view, 5> kKinds{"ca.add", "ca.remove", "crl.import", "policy.set", "trust.rollback"};
constexpr std::array<std::string_view, 4> kParts{"", "cas", "crls", "policy"};

Result<Bytes> binary_member(const Json& body, std::string_view name) {
  SHOMEI_TRY(const std::string text, text_member(body, name));
  return from_base64(text, Blanks::kSkip);
}

Result<TrustChange> read_add(const Json& body) {
  SHOMEI_TRY(only_members(body, {"kind", "use", "certificate", "sha256"}));
  AddCa add;
  SHOMEI_TRY(add.use, text_member(body, "use"));
  SHOMEI_TRY(add.der, binary_member(body, "certificate"));
  SHOMEI_TRY(add.sha256, text_member(body, "sha256"));
  return add;
}

Result<TrustChange> read_remove(const Json& body) {
  SHOMEI_TRY(only_members(body, {"kind", "use", "sha256"}));
  RemoveCa remove;
  SHOMEI_TRY(remove.use, text_member(body, "use"));
  SHOMEI_TRY(remove.sha256, text_member(body, "sha256"));
  return remove;
}

Result<TrustChange> read_import(const Json& body) {
  SHOMEI_TRY(only_members(body, {"kind", "crl", "again"}));
  ImportCrl import;
  SHOMEI_TRY(import.der, binary_member(body, "crl"));
  if (body.contains("again")) {
    if (!body.at("again").is_boolean()) {
      return fail(Code::kJsonMalformed, "again must be true or false");
    }
    import.again = body.at("again").get<bool>();
  }
  return import;
}

Result<TrustChange> read_policy(const Json& body) {
  SHOMEI_TRY(only_members(body, {"kind", "text"}));
  SHOMEI_TRY(std::string text, text_member(body, "text"));
  return SetPolicy{std::move(text)};
}

Result<TrustChange> read_roll_back(const Json& body) {
  SHOMEI_TRY(only_members(body, {"kind", "to", "only"}));
  RollBack back;
  if (body.contains("to")) {
    SHOMEI_TRY(back.to, number_member(body, "to"));
    if (back.to < 1) {
      return fail(Code::kUsage, fmt::format("to {} is no generation", back.to));
    }
  }
  SHOMEI_TRY(back.only, text_member_or(body, "only", ""));
  return std::ranges::find(kParts, back.only) != kParts.end()
             ? Result<TrustChange>(back)
             : fail(Code::kUsage, fmt::format("only {} is none of cas, crls, policy", back.only));
}

struct Writer {
  Json operator()(const AddCa& add) const {
    return {{"use", add.use}, {"certificate", to_base64(add.der)}, {"sha256", add.sha256}};
  }
  Json operator()(const RemoveCa& remove) const { return {{"use", remove.use}, {"sha256", remove.sha256}}; }
  Json operator()(const ImportCrl& import) const { return {{"crl", to_base64(import.der)}, {"again", import.again}}; }
  Json operator()(const SetPolicy& set) const { return {{"text", set.text}}; }
  Json operator()(const RollBack& back) const {
    Json json = Json::object();
    if (back.to != 0) {
      json["to"] = back.to;
    }
    if (!back.only.empty()) {
      json["only"] = back.only;
    }
    return json;
  }
};

}  // namespace

std::string_view kind_of(const TrustChange& change) {
  return kKinds.at(change.index());
}

Result<TrustChange> trust_change_from(std::string_view kind, const Json& body) {
  using Reader = Result<TrustChange> (*)(const Json&);
  constexpr std::array<Reader, kKinds.size()> kReaders{read_add, read_remove, read_import, read_policy, read_roll_back};
  if (!body.is_object()) {
    return fail(Code::kJsonMalformed, "an object is needed");
  }
  const auto* const found = std::ranges::find(kKinds, kind);
  if (found == kKinds.end()) {
    return fail(Code::kUsage, fmt::format("kind {} is none of {}", kind, fmt::join(kKinds, ", ")));
  }
  return kReaders.at(static_cast<std::size_t>(found - kKinds.begin()))(body);
}

Json to_json(const TrustChange& change) {
  return std::visit(Writer{}, change);
}

}  // namespace shomei::server
