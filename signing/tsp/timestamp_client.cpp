#include "signing/tsp/timestamp_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/der.h"
#include "signing/tsp/timestamp_query.h"

namespace shomei::signing {
namespace {

constexpr std::string_view kQueryType = "application/timestamp-query", kReplyType = "application/timestamp-reply";

/// The media type without parameters, in lower case (RFC 9110 8.3.1).
std::string media_type(const HttpResponse& answer) {
  const auto header = answer.headers.find("content-type");
  std::string type = header == answer.headers.end() ? "" : header->second.substr(0, header->second.find(';'));
  type.erase(type.find_last_not_of(" \t") + 1);
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

Result<void> check_http(const HttpResponse& answer, std::size_t max_answer) {
  if (answer.status != 200) {
    return fail(Code::kNetStatus, fmt::format("HTTP {}", answer.status));
  }
  if (answer.body.size() > max_answer) {
    return fail(Code::kNetTooLarge, fmt::format("{} bytes, at most {}", answer.body.size(), max_answer));
  }
  if (const std::string type = media_type(answer); type != kReplyType) {
    return fail(Code::kTimestampMalformed, fmt::format("the answer is \"{:.100}\", not {}", type, kReplyType));
  }
  return {};
}

/// "https://a/tsa: timestamp.refused: rejection, badAlg; …"
Error all_failed(const std::vector<std::pair<std::string, Error>>& failures) {
  std::string detail;
  for (const auto& [url, error] : failures) {
    detail += fmt::format("{}{}: {}: {}", detail.empty() ? "" : "; ", url, info(error.code).id, error.detail);
  }
  const Error& first = failures.front().second;
  return failures.size() == 1
             ? caused_by(first, first.code, fmt::format("{}: {}", failures.front().first, first.detail))
             : caused_by(first, first.code, detail);
}

}  // namespace

std::optional<DigestAlgorithm> stamp_digest_from(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, DigestAlgorithm>, 3> kNames{{{"sha256", DigestAlgorithm::kSha256},
                                                                                {"sha384", DigestAlgorithm::kSha384},
                                                                                {"sha512", DigestAlgorithm::kSha512}}};
  const auto found = std::ranges::find(kNames, name, &std::pair<std::string_view, DigestAlgorithm>::first);
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

Result<std::unique_ptr<TimestampClient>> TimestampClient::create(TimestampClientOptions options, Transport& transport,
                                                                 const Clock& clock) {
  if (options.urls.empty()) {
    return fail(Code::kConfigInvalid, "no time-stamping authority is named");
  }
  for (const std::string& url : options.urls) {
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
      return fail(Code::kConfigInvalid, fmt::format("time-stamping authority \"{}\": neither http nor https", url));
    }
  }
  if (!options.policy.empty() && !der::oid_content(options.policy)) {
    return fail(Code::kConfigInvalid, fmt::format("time-stamping policy \"{}\" is no OID", options.policy));
  }
  return std::unique_ptr<TimestampClient>(new TimestampClient(std::move(options), transport, clock));
}

Result<std::unique_ptr<TimestampClient>> TimestampClient::create(TimestampClientOptions options,
                                                                 std::unique_ptr<Transport> transport,
                                                                 const Clock& clock) {
  SHOMEI_TRY(auto client, create(std::move(options), *transport, clock));
  client->owned_ = std::move(transport);
  return client;
}

Result<Bytes> TimestampClient::ask(const std::string& url, DigestAlgorithm algorithm, ByteView digest) {
  const TimestampQuestion question = timestamp_question(algorithm, digest, options_.policy);
  SHOMEI_TRY(
      const HttpResponse answer,
      transport_->send({.method = "POST",
                        .url = url,
                        .headers = {{"Content-Type", std::string(kQueryType)}, {"Accept", std::string(kReplyType)}},
                        .body = std::string(as_text(timestamp_query(question)))}));
  SHOMEI_TRY(check_http(answer, options_.max_answer));
  SHOMEI_TRY(Bytes token, timestamp_reply(as_bytes(answer.body)));
  SHOMEI_TRY(answer_to(question, token));
  return token;
}

std::optional<Error> TimestampClient::paused(const std::string& url) {
  const std::scoped_lock lock(mutex_);
  const auto failure = failed_.find(url);
  if (failure == failed_.end() || failure->second.until <= clock_->now()) {
    return std::nullopt;
  }
  const Error& why = failure->second.why;
  return caused_by(why, why.code,
                   fmt::format("{} (not asked again before {})", why.detail, to_rfc3339(failure->second.until)));
}

Result<Bytes> TimestampClient::stamp(DigestAlgorithm algorithm, ByteView digest) {
  SHOMEI_CHECK(digest.size() == digest_size(algorithm));
  std::vector<std::pair<std::string, Error>> failures;
  for (const std::string& url : options_.urls) {
    if (auto before = paused(url)) {
      failures.emplace_back(url, *std::move(before));
      continue;
    }
    auto token = ask(url, algorithm, digest);
    const std::scoped_lock lock(mutex_);
    if (token) {
      failed_.erase(url);
      return token;
    }
    failed_.insert_or_assign(url, Failure{clock_->now() + options_.pause, token.error()});
    failures.emplace_back(url, std::move(token).error());
  }
  return std::unexpected(all_failed(failures));
}

}  // namespace shomei::signing
