#include "agent/sign_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace shomei::agent {
namespace {

constexpr std::size_t kMaxName = 255;

// The word for `key` at the document, else at the top, else the default.
Result<std::string> wish(const Json& document, const Json& body, std::string_view key, std::string_view fallback) {
  SHOMEI_TRY(const std::string of_all, text_member_or(body, key, fallback));
  return text_member_or(document, key, of_all);
}

template <class T>
Result<T> word(std::optional<T> known, std::string_view key, const std::string& text) {
  return known ? Result<T>(*known) : fail(Code::kInputMalformed, fmt::format("{}: \"{}\"", key, text));
}

// The name goes into a detached reference and into a dialog: a file name, no path.
Result<std::string> document_name(const Json& document) {
  SHOMEI_TRY(std::string name, text_member(document, "name"));
  const bool control =
      std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (name.empty() || name.size() > kMaxName || control || name.find('/') != std::string::npos) {
    return fail(Code::kInputMalformed, "name: must be a file name of 1 to 255 bytes without / and control characters");
  }
  return name;
}

Result<void> supported(const signing::SignRequest& request) {
  if (request.format == signing::Format::kCades && request.packaging != signing::Packaging::kDetached) {
    return fail(Code::kSignUnsupported, fmt::format("{}: cades is detached only", request.document.name));
  }
  return {};
}

template <class T>
struct Word {
  std::string_view word;
  T value;
};

/// The member's word, or the first of `words`.
template <class T, std::size_t N>
Result<T> one_of(const Json& document, std::string_view key, const Word<T> (&words)[N]) {
  SHOMEI_TRY(const std::string text, text_member_or(document, key, words[0].word));
  const auto found = std::ranges::find(words, text, &Word<T>::word);
  return found != std::end(words) ? Result<T>(found->value)
                                  : fail(Code::kInputMalformed, fmt::format("{}: \"{}\"", key, text));
}

// What goes beyond one plain signature.
Result<void> parse_form(const Json& json, signing::SignRequest& request) {
  using signing::Relation;
  using signing::SignProfile;
  using Digest = std::optional<DigestAlgorithm>;
  SHOMEI_TRY(request.digest, one_of<Digest>(json, "digest",
                                            {{"", std::nullopt},
                                             {"sha256", DigestAlgorithm::kSha256},
                                             {"sha384", DigestAlgorithm::kSha384},
                                             {"sha512", DigestAlgorithm::kSha512}}));
  SHOMEI_TRY(request.relation,
             one_of<Relation>(
                 json, "relation",
                 {{"first", Relation::kFirst}, {"parallel", Relation::kParallel}, {"counter", Relation::kCounter}}));
  SHOMEI_TRY(request.countersigned, text_member_or(json, "countersigned", ""));
  SHOMEI_TRY(request.profile, one_of<SignProfile>(json, "profile",
                                                  {{"referral", SignProfile::kReferral},
                                                   {"eprescription", SignProfile::kEprescription}}));
  return {};
}

Result<JobDocument> parse_document(const Json& json, const Json& body, const LimitsConfig& limits) {
  SHOMEI_TRY(only_members(json, {"name", "media_type", "content", "format", "packaging", "level", "digest", "relation",
                                 "countersigned", "profile"}));
  JobDocument document;
  signing::SignRequest& request = document.request;
  SHOMEI_TRY(std::string name, document_name(json));
  SHOMEI_TRY(request.media_type, text_member_or(json, "media_type", ""));
  SHOMEI_TRY(const std::string format, wish(json, body, "format", "xades"));
  SHOMEI_TRY(request.format, word(signing::format_from(format), "format", format));
  SHOMEI_TRY(const std::string packaging, wish(json, body, "packaging", "detached"));
  SHOMEI_TRY(request.packaging, word(signing::packaging_from(packaging), "packaging", packaging));
  SHOMEI_TRY(const std::string level, wish(json, body, "level", "B"));
  SHOMEI_TRY(request.level, word(signing::level_from(level), "level", level));
  SHOMEI_TRY(parse_form(json, request));
  const auto content = json.find("content");
  if (content == json.end() || !content->is_string()) {
    return fail(Code::kJsonMalformed, "content: must be a text");
  }
  const auto& text = content->get_ref<const std::string&>();
  SHOMEI_TRY(Bytes bytes, from_base64(text));
  if (bytes.size() > limits.document_bytes) {
    return fail(Code::kInputTooLarge, fmt::format("{}: more than {} bytes", name, limits.document_bytes));
  }
  if (bytes.empty()) {
    return fail(Code::kInputEmpty, name);
  }
  request.document = signing::Document::from_bytes(std::move(name), std::move(bytes));
  SHOMEI_TRY(supported(request));
  return document;
}

}  // namespace

Result<SignOrder> parse_sign_request(const Json& body, const LimitsConfig& limits) {
  SHOMEI_TRY(only_members(body, {"documents", "format", "packaging", "level", "reader", "spend_last_try"}));
  SignOrder order;
  SHOMEI_TRY(order.reader, text_member_or(body, "reader", ""));
  SHOMEI_TRY(order.spend_last_try, flag_member(body, "spend_last_try"));
  const auto documents = body.find("documents");
  if (documents == body.end() || !documents->is_array() || documents->empty()) {
    return fail(Code::kJsonMalformed, "documents: must be a list of at least one");
  }
  if (documents->size() > limits.documents_per_job) {
    return fail(Code::kAgentTooMany, fmt::format("{} documents of {}", documents->size(), limits.documents_per_job));
  }
  for (const Json& json : *documents) {
    SHOMEI_TRY(JobDocument document, parse_document(json, body, limits));
    order.documents.push_back(std::move(document));
  }
  return order;
}

Result<bool> flag_member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end()) {
    return false;
  }
  return found->is_boolean() ? Result<bool>(found->get<bool>())
                             : fail(Code::kJsonMalformed, fmt::format("{}: must be true or false", name));
}

}  // namespace shomei::agent
