#include "auth/x509/ocsp_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/x509/ocsp_request.h"

namespace shomei::auth {
namespace {

constexpr std::size_t kMaxPauses = 64;

Finding failure(Check check, std::string detail) {
  return {0, check, Severity::kFail, std::move(detail)};
}

Check check_of(const Error& error) {
  return error.code == Code::kNetTimeout      ? Check::kOcspTimeout
         : error.code == Code::kNetTooLarge   ? Check::kOcspTooLarge
         : error.code == Code::kInputTooLarge ? Check::kOcspTooLarge
         : error.code == Code::kInputNotOcsp  ? Check::kOcspMalformed
                                              : Check::kOcspUnreachable;
}

bool is_ocsp(const HttpResponse& answer) {
  constexpr std::string_view kType = "application/ocsp-response";
  const auto header = answer.headers.find("content-type");
  if (header == answer.headers.end()) {
    return false;
  }
  std::string type = header->second.substr(0, header->second.find(';'));
  type.erase(type.find_last_not_of(' ') + 1);
  return std::ranges::equal(type, kType,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// What an HTTP answer is, before anybody looks at signatures.
std::expected<OcspResponse, Finding> read(const Result<HttpResponse>& answer) {
  if (!answer) {
    return std::unexpected(failure(check_of(answer.error()), answer.error().detail));
  }
  if (answer->status != 200) {
    return std::unexpected(failure(Check::kOcspHttpStatus, fmt::format("HTTP {}", answer->status)));
  }
  if (!is_ocsp(*answer)) {
    const auto header = answer->headers.find("content-type");
    return std::unexpected(
        failure(Check::kOcspContentType, header == answer->headers.end() ? std::string() : header->second));
  }
  auto response = OcspResponse::parse(as_bytes(answer->body));
  if (!response) {
    return std::unexpected(failure(check_of(response.error()), response.error().detail));
  }
  return *std::move(response);
}

/// Asking again at once would be in vain, and cost the one who waits.
bool is_lasting(const Finding& finding) {
  constexpr std::array kLasting{Check::kOcspUnreachable, Check::kOcspTimeout,       Check::kOcspTooLarge,
                                Check::kOcspHttpStatus,  Check::kOcspInternalError, Check::kOcspTryLater};
  return std::ranges::find(kLasting, finding.check) != kLasting.end();
}

}  // namespace

std::optional<OcspResponse> OcspClient::known(const Certificate& subject, const Certificate& issuer) {
  const Time now = clock_.now();
  auto kept = cache_.find(OcspCertId::of(subject, issuer, options_.algorithm), now);
  return kept && now - kept->fetched_at < options_.reuse ? std::optional(std::move(kept->response)) : std::nullopt;
}

OcspReply OcspClient::ask(const Certificate& subject, const Certificate& issuer) {
  if (auto response = known(subject, issuer)) {
    return {.response = std::move(response)};
  }
  const std::vector<std::string> urls =
      options_.url.empty() ? ocsp_urls(subject) : std::vector<std::string>{options_.url};
  if (urls.empty()) {
    return {.findings = {failure(Check::kOcspNoResponder, {})}};
  }
  const OcspCertId id = OcspCertId::of(subject, issuer, options_.algorithm);
  OcspReply reply = fetch(urls.front(), subject, issuer, id);
  return reply.response ? std::move(reply) : fall_back(subject, issuer, std::move(reply.findings));
}

OcspReply OcspClient::fall_back(const Certificate& subject, const Certificate& issuer, std::vector<Finding> reasons) {
  OcspReply reply{.findings = std::move(reasons)};
  if (auto kept = cache_.find(OcspCertId::of(subject, issuer, options_.algorithm), clock_.now())) {
    for (Finding& finding : reply.findings) {
      finding.severity = std::min(finding.severity, Severity::kWarn);
    }
    reply.findings.push_back({0, Check::kOcspKept, Severity::kInfo, to_rfc3339(kept->fetched_at)});
    reply.response = std::move(kept->response);
  }
  return reply;
}

OcspReply OcspClient::fetch(const std::string& url, const Certificate& subject, const Certificate& issuer,
                            const OcspCertId& id) {
  if (auto why = paused(url)) {
    return {.findings = {*std::move(why)}};
  }
  const OcspRequest request{.id = id, .nonce = options_.nonce ? std::optional(ocsp_nonce()) : std::nullopt};
  auto response = read(transport_.send(request.to_http(url)));
  if (!response) {
    pause(url, response.error());
    return {.findings = {std::move(response).error()}};
  }
  const Time now = clock_.now();
  const OcspOpinion opinion =
      judge_ocsp(*response, {.subject = &subject,
                             .issuer = &issuer,
                             .at = now,
                             .algorithms = &options_.algorithms,
                             .rules = options_.rules,
                             .nonce = request.nonce,
                             .signer_state = [](const Certificate&) { return RevocationState::kGood; }});
  if (opinion.state == RevocationState::kUnknown) {
    for (const Finding& finding : opinion.findings) {
      pause(url, finding);
    }
    return {.findings = opinion.findings};
  }
  const OcspSingle& single = opinion.single;
  if (auto kept = cache_.find(id, now); kept && kept->this_update > single.this_update) {
    // Somebody plays back an older answer.
    return {.response = std::move(kept->response)};
  }
  cache_.keep(id, {.response = *response,
                   .this_update = single.this_update,
                   .fetched_at = now,
                   .until = single.next_update.value_or(single.this_update + options_.rules.max_age)});
  return {.response = *std::move(response)};
}

std::optional<Finding> OcspClient::paused(const std::string& url) {
  const std::lock_guard lock(mutex_);
  const auto found = pauses_.find(url);
  if (found == pauses_.end() || found->second.until <= clock_.now()) {
    return std::nullopt;
  }
  Finding why = found->second.why;
  why.detail += fmt::format("{}asked again after {}", why.detail.empty() ? "" : "; ", to_rfc3339(found->second.until));
  return why;
}

void OcspClient::pause(const std::string& url, const Finding& why) {
  if (!is_lasting(why)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (pauses_.size() >= kMaxPauses) {
    std::erase_if(pauses_, [&](const auto& one) { return one.second.until <= clock_.now(); });
  }
  if (pauses_.size() < kMaxPauses) {
    pauses_.insert_or_assign(url, Pause{.until = clock_.now() + options_.pause, .why = why});
  }
}

}  // namespace shomei::auth
