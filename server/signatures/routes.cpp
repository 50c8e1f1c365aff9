#include "server/signatures/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "server/admin/call.h"
#include "server/signatures/reasons.h"

namespace shomei::server {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMostDetached = 64;
constexpr std::array<std::string_view, 3> kStates{"pending", "finished", "refused"};

Result<std::vector<SignatureContent>> detached_of(const Json& body) {
  std::vector<SignatureContent> detached;
  const Json list = body.value("detached", Json::array());
  if (!list.is_array() || list.size() > kMostDetached) {
    return fail(Code::kJsonMalformed, fmt::format("detached must be a list of at most {} documents", kMostDetached));
  }
  for (const Json& one : list) {
    SHOMEI_TRY(only_members(one, {"name", "content"}));
    SignatureContent content;
    SHOMEI_TRY(content.name, text_member(one, "name"));
    SHOMEI_TRY(content.content, binary_member(one, "content"));
    detached.push_back(std::move(content));
  }
  return detached;
}

Result<Submission> submission_of(const Request& request, const SessionRecord& session, signing::Level fallback) {
  SHOMEI_TRY(const Json body, request.json());
  SHOMEI_TRY(only_members(body, {"signature", "level", "name", "detached"}));
  Submission submission{.facility = session.facility, .person = session.person};
  SHOMEI_TRY(submission.file, binary_member(body, "signature"));
  SHOMEI_TRY(const std::string word, text_member_or(body, "level", signing::name(fallback)));
  const auto level = signing::level_from(word);
  if (!level || *level == signing::Level::kB) {
    return fail(Code::kUsage, "level must be T, LT or LTA");
  }
  submission.level = *level;
  SHOMEI_TRY(submission.name, text_member_or(body, "name", ""));
  SHOMEI_TRY(submission.detached, detached_of(body));
  return submission;
}

/// Whose records the request may see: one facility's, or with an empty text those of all.
Result<std::string> sight_of(const LoginParts& login, const Request& request) {
  if (administrator_of(login, request)) {
    return std::string();
  }
  SHOMEI_TRY(const SessionRecord session, session_of(login, request));
  return session.facility;
}

OrderedJson shown(const SignatureRecord& record, const Signatures& signatures, const Request& request) {
  return to_json(record, signatures.settings().keep, http::language_of(request));
}

Result<Response> submit(const LoginParts& login, Signatures& signatures, const Request& request) {
  SHOMEI_TRY(const SessionRecord session, session_of(login, request));
  SHOMEI_TRY(const Submission submission, submission_of(request, session, signatures.settings().level));
  SHOMEI_TRY(const SignatureRecord record, signatures.submit(submission));
  return answer(shown(record, signatures, request), 202);
}

Result<Response> list(Signatures& signatures, const Request& request, const std::string& facility) {
  SignatureFilter filter{.facility = facility};
  if (const auto state = request.query.find("state"); state != request.query.end()) {
    if (std::ranges::find(kStates, state->second) == kStates.end()) {
      return fail(Code::kUsage, fmt::format("state must be one of {}", fmt::join(kStates, ", ")));
    }
    filter.state = state->second;
  }
  SHOMEI_TRY(const std::int64_t limit, number_parameter(request, "limit", 100, 1000));
  SHOMEI_TRY(const auto records, signatures.store().signatures(filter, static_cast<std::size_t>(limit)));
  return list_of("signatures", records,
                 [&](const SignatureRecord& record) { return shown(record, signatures, request); });
}

Result<Response> show(Signatures& signatures, const Request& request, const std::string& facility) {
  SHOMEI_TRY(const SignatureRecord record, signatures.find(request.path_values.at("id"), facility));
  return answer(shown(record, signatures, request));
}

Result<Response> file(const LoginParts& login, Signatures& signatures, const Request& request) {
  SHOMEI_TRY(const SessionRecord session, session_of(login, request));
  const std::string& id = request.path_values.at("id");
  // The bytes first: a record read after them is of these bytes or of better ones, and its hash tells which.
  SHOMEI_TRY(const Bytes bytes, signatures.file(id, session.facility));
  SHOMEI_TRY(const SignatureRecord record, signatures.find(id, session.facility));
  OrderedJson json = shown(record, signatures, request);
  json["signature"] = to_base64(bytes);
  return answer(json);
}

Result<Response> remove(const LoginParts& login, Signatures& signatures, const Request& request) {
  SHOMEI_TRY(const SessionRecord session, session_of(login, request));
  SHOMEI_TRY(signatures.remove(request.path_values.at("id"), session.facility, session.person));
  return http::no_content();
}

}  // namespace

std::vector<http::Route> signature_routes(const LoginParts& login, Signatures& signatures,
                                          const std::function<void()>& submitted) {
  constexpr std::size_t kAroundIt = 64U << 10;
  const http::AccessRule access = sessions(login);
  const auto seen = [&](auto handler) {
    return [&login, &signatures, handler](const Request& request) -> Result<Response> {
      SHOMEI_TRY(const std::string facility, sight_of(login, request));
      return handler(signatures, request, facility);
    };
  };
  return {{.method = "POST",
           .pattern = "/v1/signatures",
           .limits = {.max_body = (signatures.settings().max_bytes / 3 * 4) + kAroundIt},
           .access = access,
           .handler = [&login, &signatures, submitted](const Request& request) -> Result<Response> {
             SHOMEI_TRY(Response made, submit(login, signatures, request));
             submitted();
             return made;
           }},
          {"GET", "/v1/signatures", {}, access, seen(list)},
          {"GET", "/v1/signatures/{id}", {}, access, seen(show)},
          {"GET",
           "/v1/signatures/{id}/file",
           {},
           access,
           [&](const Request& request) { return file(login, signatures, request); }},
          {"DELETE", "/v1/signatures/{id}", {}, access, [&](const Request& request) {
             return remove(login, signatures, request);
           }}};
}

std::vector<http::Route> signature_list_routes(Signatures& signatures, const http::AccessRule& access) {
  return {{"GET", "/v1/signatures", {}, access, [&](const Request& request) { return list(signatures, request, ""); }},
          {"GET", "/v1/signatures/{id}", {}, access, [&](const Request& request) {
             return show(signatures, request, "");
           }}};
}

}  // namespace shomei::server
