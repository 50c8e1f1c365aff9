#include "agent/verify_work.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "auth/x509/load.h"
#include "signing/verify.h"

namespace shomei::agent {
namespace {

Result<signing::Document> document_of(const Json& json, const LimitsConfig& limits) {
  SHOMEI_TRY(std::string name, text_member_or(json, "name", "document"));
  SHOMEI_TRY(const std::string content, text_member(json, "content"));
  SHOMEI_TRY(Bytes bytes, from_base64(content));
  if (bytes.size() > limits.document_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("{}: more than {} bytes", name, limits.document_bytes));
  }
  return signing::Document::from_bytes(std::move(name), std::move(bytes));
}

Result<std::vector<signing::Document>> detached_of(const Json& body, const LimitsConfig& limits) {
  std::vector<signing::Document> documents;
  const auto list = body.find("detached");
  if (list == body.end()) {
    return documents;
  }
  if (!list->is_array() || list->size() > limits.documents_per_job) {
    return fail(Code::kJsonMalformed, fmt::format("detached: must be a list of at most {}", limits.documents_per_job));
  }
  for (const Json& json : *list) {
    SHOMEI_TRY(only_members(json, {"name", "content"}));
    SHOMEI_TRY(signing::Document document, document_of(json, limits));
    documents.push_back(std::move(document));
  }
  return documents;
}

/// What a caller may show as signed: the bytes that were digested, whatever else the file holds.
OrderedJson signed_content(const signing::SignatureReport& signature) {
  OrderedJson list = OrderedJson::array();
  for (const signing::CoveredPart& part : signature.covers) {
    list.push_back({{"reference", part.reference},
                    {"detached", part.detached ? OrderedJson(*part.detached) : OrderedJson()},
                    {"partial", part.partial},
                    {"content", to_base64(part.signed_bytes)}});
  }
  return list;
}

}  // namespace

Result<OrderedJson> VerifyWork::run(const Json& body, Language language) const {
  SHOMEI_TRY(only_members(body, {"name", "content", "detached", "at", "signed_content"}));
  if (trust_.anchors.empty()) {
    return fail(Code::kAnchorMissing, "trust.anchors in agent.toml");
  }
  signing::VerifyInputs inputs;
  inputs.at = clock_.now();
  const auto wanted = body.find("signed_content");
  if (wanted != body.end() && !wanted->is_boolean()) {
    return fail(Code::kJsonMalformed, "signed_content: must be true or false");
  }
  inputs.keep_signed_bytes = wanted != body.end() && wanted->get<bool>();
  SHOMEI_TRY(inputs.evidence, auth::load_inputs({trust_.anchors, trust_.chain, trust_.crl}));
  SHOMEI_TRY(inputs.file, document_of(body, limits_));
  SHOMEI_TRY(inputs.detached, detached_of(body, limits_));
  SHOMEI_TRY(const std::string at, text_member_or(body, "at", ""));
  if (!at.empty()) {
    SHOMEI_TRY(inputs.at, parse_rfc3339(at));
  }
  if (trust_.policy) {
    SHOMEI_TRY(inputs.policy, signing::Policy::load(*trust_.policy));
  }
  SHOMEI_TRY(const auto report, signing::verify(xml_, inputs));
  OrderedJson json = signing::to_json(report, language);
  for (std::size_t i = 0; inputs.keep_signed_bytes && i < report.signatures.size(); ++i) {
    json["signatures"][i]["signed_content"] = signed_content(report.signatures[i]);
  }
  return json;
}

}  // namespace shomei::agent
