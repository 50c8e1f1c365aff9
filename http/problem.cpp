#include "http/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace shomei::http {
namespace {

struct StatusRow {
  Code code;
  int status;
};
constexpr auto kStatuses = std::to_array<StatusRow>({
    {Code::kInputTooLarge, 413},
    {Code::kNetTooLarge, 413},
    {Code::kInputNotFound, 404},
    {Code::kLoginRefused, 403},
    {Code::kLoginProofInvalid, 403},
    {Code::kLoginChallengeUnknown, 403},
    {Code::kSessionUnknown, 401},
    {Code::kSessionEnded, 401},
    {Code::kAgentJobUnknown, 404},
    {Code::kAgentTooMany, 429},
    {Code::kSignatureQueueFull, 429},
    {Code::kCrlRefused, 422},
    {Code::kStoreNotFound, 404},
    {Code::kRehearsalUnknown, 404},
    {Code::kStoreFull, 507},
    {Code::kStorageFull, 507},
});

std::optional<Code> code_of(std::string_view id) {
  const auto codes = all_codes();
  const auto found = std::ranges::find(codes, id, &CodeInfo::id);
  return found == codes.end() ? std::nullopt : std::optional(found->code);
}

}  // namespace

int status_of(Code code) {
  const auto row = std::ranges::find(kStatuses, code, &StatusRow::code);
  if (row != kStatuses.end()) {
    return row->status;
  }
  switch (info(code).exit) {
    case ExitStatus::kUsage:
    case ExitStatus::kUnreadableInput: return 400;
    case ExitStatus::kNotPermitted: return 403;
    case ExitStatus::kUnavailable: return 503;
    case ExitStatus::kNegative:
    case ExitStatus::kIndeterminate: return 409;
    case ExitStatus::kDone:
    case ExitStatus::kOurFault: break;
  }
  return 500;
}

Response problem(const Error& error, Language language) {
  const CodeInfo& row = info(error.code);
  const int status = status_of(error.code);
  Json body = {{"error", {{"id", row.id}, {"text", row.text.in(language)}, {"hint", row.hint.in(language)}}}};
  if (status != 500 && !error.detail.empty()) {
    body["error"]["detail"] = error.detail;
  }
  // What a client sent may be in the detail and need not be UTF-8.
  return {.status = status, .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Language language_of(const Request& request) {
  return request.header("accept-language").value_or("").starts_with("ja") ? Language::kJa : Language::kEn;
}

Result<Json> json_answer(const HttpResponse& response) {
  const bool good = response.status >= 200 && response.status < 300;
  if (good && response.body.empty()) {
    return Json();
  }
  auto body = parse_json(response.body, {.max_bytes = response.body.size() + 1});
  if (good) {
    return body ? std::move(body) : fail(std::move(body).error(), Code::kNetMalformed, "the answer is no JSON");
  }
  const std::string status = fmt::format("HTTP status {}", response.status);
  if (!body || !body->is_object() || !body->contains("error")) {
    return fail(Code::kNetStatus, status);
  }
  const auto id = text_member(body->at("error"), "id");
  const auto detail = text_member_or(body->at("error"), "detail", "");
  const auto code = id ? code_of(*id) : std::nullopt;
  if (!code || !detail) {
    return fail(Code::kNetStatus, status);
  }
  return fail(*code, *detail);
}

}  // namespace shomei::http
