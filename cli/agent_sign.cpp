#include "cli/agent_sign.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/output.h"

namespace shomei::cli {
namespace {

/// What one request to the agent carries at most, before base64 (its own limits: 48 MiB a request, 25 MiB a document,
/// 100 documents).
constexpr std::size_t kJobBytes = 24U << 20;
constexpr std::size_t kJobDocuments = 100;

std::string packaging_word(signing::Packaging packaging) {
  return packaging == signing::Packaging::kEnveloped    ? "enveloped"
         : packaging == signing::Packaging::kEnveloping ? "enveloping"
                                                        : "detached";
}

/// Documents of one job, and the items that they came from.
struct Batch {
  Json documents = Json::array();
  std::vector<SignItem*> items;
  std::size_t bytes = 0;
  bool full(std::size_t more) const {
    return !items.empty() && (bytes + more > kJobBytes || items.size() == kJobDocuments);
  }
};

Error error_of(const Json& error) {
  const auto id = text_member_or(error, "id", "internal");
  const auto detail = text_member_or(error, "detail", "");
  const auto row = std::ranges::find(all_codes(), id.value_or("internal"), &CodeInfo::id);
  return make_error(row == all_codes().end() ? Code::kInternal : row->code, detail.value_or(""));
}

Result<Json> finished_job(AgentClient& agent, const std::string& id) {
  while (true) {
    SHOMEI_TRY(auto job, agent.call("GET", "/v1/jobs/" + id + "?wait=30", Json()));
    SHOMEI_TRY(const auto state, text_member(job, "state"));
    if (state != "waiting" && state != "running") {
      return job;
    }
  }
}

Result<void> take_document(SignItem& item, const Json& document, const SignOptions& options, const Extender& extender) {
  if (document.contains("error") && document["error"].is_object()) {
    item.error = error_of(document["error"]);
    return {};
  }
  SHOMEI_TRY(const auto content, text_member(document, "content"));
  signing::SignedDocument signature;
  SHOMEI_TRY(signature.bytes, from_base64(content));
  SHOMEI_TRY(const auto level, text_member(document, "level"));
  signature.level = signing::level_from(level).value_or(signing::Level::kB);
  for (const Json& pending : document.value("pending", Json::array())) {
    if (const auto known = pending.is_string() ? signing::level_from(pending.get<std::string>()) : std::nullopt) {
      signature.pending.push_back(*known);
    }
  }
  accept_signature(item, std::move(signature), options, extender);
  return {};
}

Result<void> run_batch(AgentClient& agent, Batch& batch, const SignOptions& options, const Extender& extender) {
  const Json body{{"documents", std::move(batch.documents)},
                  {"level", options.level},
                  {"reader", options.key.reader},
                  {"spend_last_try", options.key.spend_last_try}};
  SHOMEI_TRY(const auto started, agent.call("POST", "/v1/sign", body));
  SHOMEI_TRY(const auto id, text_member(started, "id"));
  SHOMEI_TRY(const auto job, finished_job(agent, id));
  const Json documents = job.value("documents", Json::array());
  if (documents.size() != batch.items.size()) {
    return fail(Code::kNetMalformed, "the agent's job has another number of documents");
  }
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const bool unanswered = !documents[i].contains("content") && !documents[i].contains("error");
    if (unanswered) {
      batch.items[i]->error =
          job.contains("error") && job["error"].is_object() ? error_of(job["error"]) : make_error(Code::kPinCancelled);
      continue;
    }
    SHOMEI_TRY(take_document(*batch.items[i], documents[i], options, extender));
  }
  batch = {};
  return {};
}

}  // namespace

Result<void> sign_by_agent(AgentClient& agent, std::span<SignItem> items, const SignOptions& options,
                           const Extender& extender) {
  Progress progress("sign", items.size());
  Batch batch;
  for (SignItem& item : items) {
    progress.step(item.in.filename().string());
    if (item.error) {
      continue;
    }
    auto content = signing::whole(item.request.document, kJobBytes);
    if (!content) {
      item.error = std::move(content).error();
      continue;
    }
    if (batch.full(content->size())) {
      SHOMEI_TRY(run_batch(agent, batch, options, extender));
    }
    batch.bytes += content->size();
    batch.items.push_back(&item);
    batch.documents.push_back({{"name", item.request.document.name},
                               {"content", to_base64(*content)},
                               {"format", item.request.format == signing::Format::kCades ? "cades" : "xades"},
                               {"packaging", packaging_word(item.request.packaging)}});
  }
  return batch.items.empty() ? Result<void>() : run_batch(agent, batch, options, extender);
}

}  // namespace shomei::cli
