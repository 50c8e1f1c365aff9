#include "server/oidc/login.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "server/audit/audit.h"

namespace shomei::server {
namespace {

LoginFinding finding(std::string_view check, std::string en, std::string ja) {
  return {.check = std::string(check), .severity = auth::Severity::kFail, .en = std::move(en), .ja = std::move(ja)};
}

std::vector<LoginFinding> findings_of(std::span<const auth::Finding> findings) {
  std::vector<LoginFinding> result;
  for (const auth::Finding& one : findings) {
    result.push_back({.check = std::string(info(one.check).name),
                      .severity = one.severity,
                      .en = auth::text(one, Language::kEn),
                      .ja = auth::text(one, Language::kJa)});
  }
  return result;
}

/// One proof on its way: each step gives a refusal or goes on.
class Attempt {
 public:
  Attempt(const LoginParts& parts, const ProofRequest& request) : parts_(parts), request_(request) {}

  Result<LoginOutcome> run() {
    auto refused = check_proof();
    if (!refused) {
      refused = check_certificate();
    }
    if (!refused) {
      SHOMEI_TRY(refused, check_register());
    }
    if (refused) {
      SHOMEI_TRY(parts_.store.commit(evidence(*refused), record("login.refused", *refused)));
      count(info(refused->code).id);
      return LoginOutcome(*std::move(refused));
    }
    return grant();
  }

 private:
  std::optional<LoginRefused> check_proof();
  std::optional<LoginRefused> check_certificate();
  Result<std::optional<LoginRefused>> check_register();
  std::vector<LoginFinding> choose_facility();
  Result<LoginOutcome> grant();
  auth::LoginClaims claims() const;
  AuditEvent record(std::string_view event, const LoginRefused& refused) const;
  LoginRecord used(std::string_view outcome) const;
  std::vector<Change> evidence(const LoginRefused& refused) const;
  OrderedJson circumstances() const;
  void count(std::string_view outcome) const;

  const LoginParts& parts_;
  const ProofRequest& request_;
  std::string nonce_;
  std::optional<auth::Certificate> certificate_;
  LoginJudgement judgement_;
  Person person_;
  Facility facility_;
  std::string session_;
};

std::optional<LoginRefused> Attempt::check_proof() {
  const auto nonce = parts_.challenges.take(request_.challenge_id);
  if (!nonce) {
    return LoginRefused{.code = Code::kLoginChallengeUnknown,
                        .findings = {finding("login.challenge", "The challenge is unknown, was used, or is too old.",
                                             "チャレンジが不明か、使用済みか、期限切れです。")}};
  }
  nonce_ = *nonce;
  LoginRefused refused{.code = Code::kLoginProofInvalid};
  for (const std::string& origin : parts_.origins) {
    auto report = auth::check_proof(request_.proof, origin, nonce_);
    if (!report) {
      refused.findings = {
          finding("proof.certificate", message(report.error(), Language::kEn), message(report.error(), Language::kJa))};
      return refused;
    }
    certificate_ = report->certificate;
    if (report->signed_right) {
      return std::nullopt;
    }
    if (refused.findings.empty()) {
      refused.findings = findings_of(report->findings);
    }
  }
  return refused;
}

std::optional<LoginRefused> Attempt::check_certificate() {
  LoginOcsp ocsp{.stapled = request_.ocsp};
  std::optional<OcspDesk::Turn> turn;
  if (parts_.ocsp != nullptr) {
    ocsp.source = &turn.emplace(parts_.ocsp->turn());
    ocsp.rules = parts_.ocsp->rules();
  }
  judgement_ = parts_.trust.judge(*certificate_, std::move(ocsp));
  if (judgement_.report.verdict == auth::Verdict::kValid) {
    return std::nullopt;
  }
  return LoginRefused{
      .code = Code::kLoginRefused, .findings = findings_of(judgement_.report.findings), .report = judgement_.report};
}

Result<std::optional<LoginRefused>> Attempt::check_register() {
  LoginRefused refused;
  SHOMEI_TRY(const bool held, parts_.store.on_hold(certificate_->facts().issuer, certificate_->facts().serial));
  if (held) {
    refused.findings.push_back(finding("card.hold", "The card is on hold: it was reported as lost or misused.",
                                       "このカードは利用を停止されています（紛失などの届け出）。"));
  }
  SHOMEI_TRY(auto person, parts_.store.find_person_by_card(card_of(*certificate_)));
  if (!person) {
    refused.findings.push_back(finding("registration.person", "The card is not registered on this network.",
                                       "このカードはネットワークに登録されていません。"));
    return std::optional(std::move(refused));
  }
  person_ = *std::move(person);
  if (person_.hold_reason) {
    refused.findings.push_back(finding("registration.hold",
                                       fmt::format("The registration is on hold ({}).", *person_.hold_reason),
                                       fmt::format("登録が停止されています（{}）。", *person_.hold_reason)));
  }
  if (request_.purpose_of_use == "emergency" && request_.reason.empty()) {
    refused.findings.push_back(
        finding("login.purpose", "An emergency needs a reason.", "救急利用には理由が必要です。"));
  }
  for (LoginFinding& one : choose_facility()) {
    refused.findings.push_back(std::move(one));
  }
  if (!refused.findings.empty()) {
    return std::optional(std::move(refused));
  }
  SHOMEI_TRY(auto facility, parts_.store.find_facility(facility_.code));
  SHOMEI_CHECK(facility.has_value());
  facility_ = *std::move(facility);
  return std::optional<LoginRefused>();
}

std::vector<LoginFinding> Attempt::choose_facility() {
  const auto& own = person_.facilities;
  facility_.code = request_.facility;
  if (facility_.code.empty() && own.size() == 1) {
    facility_.code = own.front();
  }
  if (facility_.code.empty()) {
    return {finding("registration.facility", "Name the facility: the person is registered at none or at several.",
                    "施設を指定してください（登録施設がないか、複数あります）。")};
  }
  if (std::ranges::find(own, facility_.code) == own.end()) {
    return {finding("registration.facility",
                    fmt::format("The person is not registered at facility {}.", facility_.code),
                    fmt::format("施設 {} に登録されていません。", facility_.code))};
  }
  return {};
}

auth::LoginClaims Attempt::claims() const {
  const auth::CertificateFacts& facts = certificate_->facts();
  auth::LoginClaims claims;
  claims.subject = person_.id;
  claims.session = session_;
  claims.name = facts.name;
  claims.name_ja = facts.name_ja.empty() ? person_.name : facts.name_ja;
  claims.hc_roles = judgement_.report.hc_roles;
  claims.facility = facility_.code;
  claims.facility_type = facility_.type;
  claims.acr = judgement_.purpose == auth::Purpose::kStaff ? "staff" : "hpki";
  claims.network = parts_.networks.line_of(request_.remote_address);
  claims.purpose_of_use = request_.purpose_of_use;
  claims.reason = request_.reason;
  return claims;
}

Result<LoginOutcome> Attempt::grant() {
  SessionRecord session = parts_.sessions.begin();
  session_ = session.id;
  auth::LoginClaims login = claims();
  SHOMEI_TRY(Tokens tokens, parts_.issuer.issue(login, nonce_));
  session.person = person_.id;
  session.facility = facility_.code;
  session.card_issuer = certificate_->facts().issuer;
  session.certificate_serial = certificate_->facts().serial;
  session.claims = TokenIssuer::to_claims_text(login);
  OrderedJson detail = circumstances();
  detail["session"] = session.id;
  detail["facility"] = facility_.code;
  detail["purpose_of_use"] = request_.purpose_of_use;
  detail["reason"] = request_.reason;
  if (auto graced = grace_used(judgement_.report, parts_.trust.freshness(), parts_.clock.now()); !graced.empty()) {
    detail["crl_grace"] = std::move(graced);
  }
  const std::vector<Change> changes{change::AddSession{session}, change::AddLogin{used("granted")}};
  SHOMEI_TRY(parts_.store.commit(
      changes, audit_event(parts_.clock, "login.granted", person_.id, certificate_->facts().subject, detail)));
  count("granted");
  return LoginOutcome(LoginGranted{.tokens = std::move(tokens),
                                   .session_id = session.id,
                                   .expires_in = parts_.issuer.rules().lifetime,
                                   .lease = parts_.sessions.lease()});
}

/// What a change of trust is tried on later.
LoginRecord Attempt::used(std::string_view outcome) const {
  return {.at = parts_.clock.now(),
          .certificate = certificate_->facts().sha256,
          .der = to_bytes(certificate_->der()),
          .use = std::string(auth::name(judgement_.purpose)),
          .facility = facility_.code.empty() ? request_.facility : facility_.code,
          .person = person_.id,
          .outcome = std::string(outcome),
          .checks = {}};
}

/// Nothing until the signature was right, nor of a certificate of a size that no card has: strangers fill no table.
std::vector<Change> Attempt::evidence(const LoginRefused& refused) const {
  constexpr std::size_t kLargest = 16U << 10;
  if (refused.code != Code::kLoginRefused || certificate_->der().size() > kLargest) {
    return {};
  }
  LoginRecord login = used("refused");
  for (const LoginFinding& one : refused.findings) {
    if (one.severity == auth::Severity::kFail) {
      login.checks += (login.checks.empty() ? "" : ",") + one.check;
    }
  }
  return {change::AddLogin{std::move(login)}};
}

void Attempt::count(std::string_view outcome) const {
  if (parts_.metrics == nullptr) {
    return;
  }
  parts_.metrics->count(Metrics::Counter::kLogins, {{"outcome", outcome}});
  std::string_view second = judgement_.report.path.empty() ? "none" : "accepted";
  for (const auth::Finding& one : judgement_.report.findings) {
    second = one.check == auth::Check::kSecondOpinionRefused     ? "refused"
             : one.check == auth::Check::kSecondOpinionAbstained ? "abstained"
                                                                 : second;
    if (one.severity != auth::Severity::kInfo) {
      parts_.metrics->count(
          Metrics::Counter::kLoginFindings,
          {{"check", info(one.check).name}, {"severity", one.severity == auth::Severity::kFail ? "fail" : "warn"}});
    }
  }
  if (second != "none") {
    parts_.metrics->count(Metrics::Counter::kSecondOpinion, {{"result", second}});
  }
}

OrderedJson Attempt::circumstances() const {
  OrderedJson detail = {{"remote_address", request_.remote_address},
                        {"network", parts_.networks.line_of(request_.remote_address)}};
  if (certificate_) {
    detail["issuer"] = certificate_->facts().issuer;
    detail["serial"] = certificate_->facts().serial;
    detail["sha256"] = certificate_->facts().sha256;
  }
  return detail;
}

AuditEvent Attempt::record(std::string_view event, const LoginRefused& refused) const {
  OrderedJson detail = circumstances();
  detail["facility"] = request_.facility;
  detail["error"] = info(refused.code).id;
  detail["reasons"] = OrderedJson::array();
  for (const LoginFinding& one : refused.findings) {
    if (one.severity == auth::Severity::kFail) {
      detail["reasons"].push_back({{"check", one.check}, {"text", one.en}});
    }
  }
  // Until its signature was right, the certificate is anybody's claim.
  const bool proven = refused.code == Code::kLoginRefused;
  return audit_event(parts_.clock, event, person_.id.empty() ? "unknown" : person_.id,
                     proven ? certificate_->facts().subject : "", detail);
}

}  // namespace

Result<LoginOutcome> prove_login(const LoginParts& parts, const ProofRequest& request) {
  return Attempt(parts, request).run();
}

}  // namespace shomei::server
