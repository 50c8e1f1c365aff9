#include "auth/token/verify_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/token/jws.h"

namespace shomei::auth {
namespace {

/// Asks the questions and notes the answers.
class TokenCheck {
 public:
  TokenCheck(const TokenExpectations& expected, TokenReport& report) : expected_(&expected), report_(&report) {}

  void header(const Jws& jws);
  const Jwk* key(const Jws& jws, const JwkSet& keys);
  void claims(const Json& payload);

 private:
  void refuse(Check check, std::string detail = {}) {
    report_->findings.push_back({0, check, Severity::kFail, std::move(detail)});
  }
  std::optional<Time> time(const Json& payload, const char* name, bool required);
  bool names_audience(const Json& payload) const;

  const TokenExpectations* expected_;
  TokenReport* report_;
};

/// RFC 8725 3.1, 3.11; RFC 7515 4.1.11.
void TokenCheck::header(const Jws& jws) {
  if (jws.has_crit) {
    refuse(Check::kTokenCritical);
  }
  if (expected_->signature_only) {
    return;
  }
  if (jws.alg != "ES256") {
    refuse(Check::kTokenAlgorithm, jws.alg);
  }
  if (!expected_->type.empty() && jws.typ != expected_->type && jws.typ != "application/" + expected_->type) {
    refuse(Check::kTokenType, jws.typ);
  }
}

const Jwk* TokenCheck::key(const Jws& jws, const JwkSet& keys) {
  const Jwk* found = jws.kid.empty() && keys.keys().size() == 1 ? &keys.keys().front() : keys.find(jws.kid);
  if (found == nullptr || (!found->alg.empty() && found->alg != jws.alg)) {
    refuse(Check::kTokenKey, jws.kid);
    return nullptr;
  }
  return found;
}

std::optional<Time> TokenCheck::time(const Json& payload, const char* name, bool required) {
  const auto found = payload.find(name);
  if (found == payload.end() && !required) {
    return std::nullopt;
  }
  // NumericDate (RFC 7519 2) may have a fraction.
  constexpr double kYear10000 = 253402300800.0;
  const double value = found != payload.end() && found->is_number() ? found->get<double>() : -1;
  if (!(value >= 0 && value < kYear10000)) {
    refuse(Check::kTokenClaim, name);
    return std::nullopt;
  }
  return Time(std::chrono::seconds(static_cast<std::int64_t>(value)));
}

bool TokenCheck::names_audience(const Json& payload) const {
  const auto found = payload.find("aud");
  if (found == payload.end()) {
    return false;
  }
  return found->is_array() ? std::ranges::any_of(*found, [&](const Json& one) { return one == expected_->audience; })
                           : *found == expected_->audience;
}

void TokenCheck::claims(const Json& payload) {
  if (!expected_->issuer.empty() && (!payload.contains("iss") || payload["iss"] != expected_->issuer)) {
    refuse(Check::kTokenIssuer);
  }
  if (!expected_->audience.empty() && !names_audience(payload)) {
    refuse(Check::kTokenAudience);
  }
  const auto expires = time(payload, "exp", true);
  if (expires && *expires + expected_->skew <= expected_->now) {
    refuse(Check::kTokenExpired, to_rfc3339(*expires));
  }
  for (const char* name : {"nbf", "iat"}) {
    const auto begins = time(payload, name, false);
    if (begins && *begins > expected_->now + expected_->skew) {
      refuse(Check::kTokenNotYetValid, fmt::format("{} {}", name, to_rfc3339(*begins)));
    }
  }
  for (const char* name : {"sub", "jti"}) {
    const bool must = expected_->type == "at+jwt";
    if ((must || payload.contains(name)) && !text_member(payload, name)) {
      refuse(Check::kTokenClaim, name);
    }
  }
}

}  // namespace

Result<TokenReport> verify_token(std::string_view token, const JwkSet& keys, const TokenExpectations& expected) {
  SHOMEI_TRY(const Jws jws, parse_jws(token));
  TokenReport report;
  TokenCheck check(expected, report);
  check.header(jws);
  const Jwk* key = check.key(jws, keys);
  if (key == nullptr) {
    return report;
  }
  if (!verify_jws(jws, key->key)) {
    report.findings.push_back({0, Check::kTokenSignature, Severity::kFail, {}});
    return report;
  }
  report.claims = as_text(jws.payload);
  if (!expected.signature_only) {
    const auto payload = parse_json(report.claims, {.max_bytes = kMaxTokenBytes, .max_depth = 16});
    if (payload && payload->is_object()) {
      check.claims(*payload);
    } else {
      report.claims.clear();
      report.findings.push_back({0, Check::kTokenClaim, Severity::kFail, payload ? "payload" : payload.error().detail});
    }
  }
  report.verdict = verdict_of(report.findings);
  return report;
}

OrderedJson to_json(const TokenReport& report, Language language) {
  OrderedJson claims = nullptr;
  if (!report.claims.empty()) {
    claims = OrderedJson::parse(report.claims, nullptr, false);
    if (claims.is_discarded()) {
      claims = nullptr;
    }
  }
  OrderedJson findings = to_json(report.findings, language);
  for (OrderedJson& finding : findings) {
    finding.erase("certificate");
  }
  return {{"verdict", name(report.verdict)}, {"claims", claims}, {"findings", findings}};
}

}  // namespace shomei::auth
