#include "auth/x509/ocsp_rules.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>

#include "auth/x509/certificate_facts.h"
#include "auth/x509/ocsp_signer.h"

namespace shomei::auth {
namespace {

Check check_of(OcspStatus status) {
  switch (status) {
    case OcspStatus::kMalformedRequest: return Check::kOcspMalformedRequest;
    case OcspStatus::kInternalError: return Check::kOcspInternalError;
    case OcspStatus::kTryLater: return Check::kOcspTryLater;
    case OcspStatus::kSigRequired: return Check::kOcspSigRequired;
    case OcspStatus::kUnauthorized: return Check::kOcspUnauthorized;
    case OcspStatus::kSuccessful: break;
  }
  return Check::kOcspMalformed;
}

/// The newest that is about the certificate; of equally old ones the worse.
const OcspSingle* choose(const OcspResponse& response, const OcspQuestion& question) {
  const OcspSingle* chosen = nullptr;
  for (const OcspSingle& single : response.facts().singles) {
    if (single.id.fits(*question.subject, *question.issuer) &&
        (chosen == nullptr ||
         std::pair(single.this_update, single.state) > std::pair(chosen->this_update, chosen->state))) {
      chosen = &single;
    }
  }
  return chosen;
}

std::string about(const OcspResponse& response) {
  return response.facts().singles.empty() ? std::string("no certificate")
                                          : "serial number " + to_hex(response.facts().singles.front().id.serial);
}

/// Objections by time.
void judge_time(const OcspResponse& response, const OcspQuestion& question, OcspOpinion& opinion) {
  const OcspSingle& single = opinion.single;
  const OcspRules& rules = question.rules;
  const Time made = std::max(response.facts().produced_at, single.this_update);
  const auto object = [&](Check check, Time time) {
    opinion.findings.push_back({question.index, check, Severity::kFail, to_rfc3339(time)});
  };
  if (made > question.at + rules.skew) {
    opinion.later = true;
    object(Check::kOcspNotYetValid, made);
  } else if (single.next_update &&
             (*single.next_update < single.this_update || *single.next_update + rules.skew < question.at)) {
    object(Check::kOcspStale, *single.next_update);
  } else if (!single.next_update && (rules.max_age == std::chrono::seconds(0) ||
                                     single.this_update + rules.max_age + rules.skew < question.at)) {
    object(Check::kOcspTooOld, single.this_update);
  } else {
    opinion.in_force = true;
  }
}

/// Judging in the past, who signed an answer counts as of when the answer is proved to exist, and nothing counts that a
/// revoked CA may have signed.
Time signer_time(const OcspResponse& response, const OcspQuestion& question, bool in_force) {
  if (question.proofs != nullptr) {
    return question.proofs->since(response.facts().sha256);
  }
  return in_force ? question.at : response.facts().produced_at;
}

bool counts(const OcspOpinion& opinion, const OcspResponse& response, const OcspQuestion& question) {
  const OcspSingle& single = opinion.single;
  const Time now = question.proofs != nullptr ? question.proofs->now() + question.rules.skew : Time::max();
  const bool later = question.freshness != Freshness::kInForce && question.at <= single.this_update &&
                     std::max(single.this_update, response.facts().produced_at) <= now;
  return later || (opinion.in_force && question.freshness != Freshness::kStrict);
}

/// A responder may forget certificates that have expired, unless it says how long it remembers (RFC 6960 4.4.4).
bool may_have_forgotten(const OcspSingle& single, const Certificate& subject) {
  const Time end = subject.facts().not_after;
  return end < single.this_update && (!single.archive_cutoff || *single.archive_cutoff > end);
}

void judge_nonce(const OcspResponse& response, const OcspQuestion& question, std::vector<Finding>& findings) {
  if (!question.nonce) {
    return;
  }
  const auto& nonce = response.facts().nonce;
  if (!nonce) {
    findings.push_back({question.index,
                        Check::kOcspNonceAbsent,
                        question.rules.allow_no_nonce ? Severity::kInfo : Severity::kFail,
                        {}});
  } else if (*nonce != *question.nonce) {
    findings.push_back({question.index, Check::kOcspNonce, Severity::kFail, {}});
  }
}

bool has_objection(const std::vector<Finding>& findings) {
  return std::ranges::find(findings, Severity::kFail, &Finding::severity) != findings.end();
}

/// True where a revocation counts at the time of validation. Within the skew, what the responder calls past is past.
bool condemns(const OcspOpinion& opinion, Time at) {
  const OcspSingle& single = opinion.single;
  const Time known = opinion.in_force ? std::max(at, single.this_update) : at;
  return single.state == RevocationState::kRevoked && single.revoked_at && *single.revoked_at <= known;
}

std::string detail_of(const OcspSingle& single) {
  return fmt::format("{}, {}", to_rfc3339(single.revoked_at.value_or(Time{})), single.reason);
}

RevocationState state_of(const OcspOpinion& opinion, const OcspQuestion& question) {
  const OcspSingle& single = opinion.single;
  if (opinion.genuine && condemns(opinion, question.at)) {
    return RevocationState::kRevoked;
  }
  const bool good = single.state == RevocationState::kRevoked ||
                    (single.state == RevocationState::kGood && !may_have_forgotten(single, *question.subject));
  return opinion.genuine && opinion.counts && good ? RevocationState::kGood : RevocationState::kUnknown;
}

/// What is told beside the times.
void judge_state(const OcspQuestion& question, OcspOpinion& opinion) {
  const OcspSingle& single = opinion.single;
  const auto add = [&](Check check, Severity severity, std::string detail) {
    opinion.findings.push_back({question.index, check, severity, std::move(detail)});
  };
  if (single.state == RevocationState::kUnknown) {
    add(Check::kOcspUnknown, Severity::kFail, {});
  } else if (single.state == RevocationState::kGood && may_have_forgotten(single, *question.subject)) {
    add(Check::kOcspArchive, Severity::kFail, to_rfc3339(question.subject->facts().not_after));
  } else if (single.state == RevocationState::kRevoked && opinion.genuine && !condemns(opinion, question.at)) {
    add(Check::kRevokedLater, Severity::kInfo, detail_of(single));
  }
}

struct Weighed {
  OcspOpinion opinion;
  const OcspResponse* response;
};

/// In force before out of force, then newest first, of equally old ones the worse; `answers` about other serial numbers
/// left out.
std::vector<Weighed> weigh(std::span<const OcspResponse> answers, const OcspQuestion& question) {
  const ByteView serial = question.subject->serial();
  std::vector<Weighed> opinions;
  for (const OcspResponse& answer : answers) {
    const auto& singles = answer.facts().singles;
    if (singles.empty() || std::ranges::any_of(singles, [&](const OcspSingle& single) {
          return std::ranges::equal(single.id.serial, serial);
        })) {
      opinions.push_back({judge_ocsp(answer, question), &answer});
    }
  }
  std::ranges::sort(opinions, std::greater(), [](const Weighed& one) {
    return std::tuple(one.opinion.counts, one.opinion.single.this_update, one.opinion.state);
  });
  return opinions;
}

/// The one that decides, or null.
const Weighed* decider(std::span<const Weighed> opinions) {
  const auto counting = std::ranges::find_if(opinions, [](const Weighed& one) {
    return one.opinion.counts && one.opinion.state != RevocationState::kUnknown;
  });
  const bool answered = counting != opinions.end();
  if (answered && counting->opinion.state == RevocationState::kRevoked) {
    return &*counting;
  }
  const auto out_of_force = std::ranges::find_if(opinions, [&](const Weighed& one) {
    return !one.opinion.counts && (one.opinion.later || !answered) && one.opinion.state == RevocationState::kRevoked;
  });
  return out_of_force != opinions.end() ? &*out_of_force : answered ? &*counting : nullptr;
}

}  // namespace

OcspOpinion judge_ocsp(const OcspResponse& response, const OcspQuestion& question) {
  OcspOpinion opinion;
  const OcspFacts& facts = response.facts();
  const auto object = [&](Check check, std::string detail = {}) {
    opinion.findings.push_back({question.index, check, Severity::kFail, std::move(detail)});
  };
  if (facts.status != OcspStatus::kSuccessful) {
    object(check_of(facts.status));
    return opinion;
  }
  const OcspSingle* single = choose(response, question);
  if (single == nullptr) {
    object(Check::kOcspCertId, about(response));
    return opinion;
  }
  for (const auto* unknown : {&facts.unknown_critical, &single->unknown_critical}) {
    if (!unknown->empty()) {
      object(Check::kOcspCriticalExtension, unknown->front());
    }
  }
  OcspOpinion timed{.single = *single};
  judge_time(response, question, timed);
  judge_nonce(response, question, opinion.findings);
  // Who signed an answer out of force need not be valid any more, or yet.
  const Time signed_by = signer_time(response, question, timed.in_force);
  check_ocsp_signer(response, question, signed_by, opinion.findings);
  if (question.issuer_revoked_at && question.proofs != nullptr && signed_by >= *question.issuer_revoked_at) {
    object(Check::kOcspSignerRevoked, to_rfc3339(*question.issuer_revoked_at));
  }
  opinion.genuine = !has_objection(opinion.findings);
  opinion.in_force = timed.in_force;
  opinion.counts = counts(timed, response, question);
  opinion.later = timed.later;
  opinion.single = *single;
  if (opinion.in_force && !opinion.counts) {
    object(Check::kRevocationTooOld, to_rfc3339(single->this_update));
  } else if (!opinion.counts) {
    std::ranges::move(timed.findings, std::back_inserter(opinion.findings));
  }
  judge_state(question, opinion);
  opinion.state = state_of(opinion, question);
  return opinion;
}

RevocationStatus ocsp_status(std::span<const OcspResponse> answers, const OcspQuestion& question,
                             std::vector<Finding>& findings) {
  std::vector<Weighed> opinions = weigh(answers, question);
  const Weighed* decisive = decider(opinions);
  RevocationStatus status{.certificate = question.index};
  if (decisive != nullptr) {
    const OcspSingle& single = decisive->opinion.single;
    status.state = decisive->opinion.state;
    status.source = "ocsp";
    status.this_update = single.this_update;
    status.next_update = single.next_update;
    status.sha256 = question.proofs != nullptr ? decisive->response->facts().sha256 : std::string();
    if (single.state == RevocationState::kRevoked && status.state == RevocationState::kGood) {
      status.revoked_later = single.revoked_at;
    }
    if (status.state == RevocationState::kRevoked) {
      status.revoked_at = single.revoked_at;
      status.reason = single.reason;
      findings.push_back({question.index, Check::kRevoked, Severity::kFail, detail_of(single)});
      return status;
    }
  }
  for (Weighed& one : opinions) {
    for (Finding& finding : one.opinion.findings) {
      if (finding.severity != Severity::kFail || decisive == nullptr) {
        finding.severity = std::min(finding.severity, Severity::kWarn);
        findings.push_back(std::move(finding));
      }
    }
  }
  if (decisive == nullptr) {
    findings.push_back({question.index, Check::kRevocationUnknown, Severity::kFail, {}});
  }
  return status;
}

AlgorithmRules with_sha1_of_its_time(AlgorithmRules rules) {
  constexpr Time kEnd = std::chrono::sys_days(std::chrono::year(2014) / 1 / 1) - std::chrono::seconds(1);
  for (const std::string_view algorithm : {"1.2.840.113549.1.1.5", "1.2.840.10045.4.1"}) {
    rules.signatures.push_back({std::string(algorithm), kEnd});
  }
  return rules;
}

bool is_issued_by(const Certificate& subject, const Certificate& issuer) {
  const bool fits =
      X509_NAME_cmp(X509_get_subject_name(issuer.native()), X509_get_issuer_name(subject.native())) == 0 &&
      X509_verify(subject.native(), X509_get0_pubkey(issuer.native())) == 1;
  ERR_clear_error();
  return fits;
}

CrlLookup check_ocsp(const OcspResponse& response, const OcspQuestion& question) {
  CrlLookup answer;
  if (!is_issued_by(*question.subject, *question.issuer)) {
    answer.findings.push_back({question.index, Check::kOcspIssuer, Severity::kFail, {}});
    return answer;
  }
  OcspOpinion opinion = judge_ocsp(response, question);
  answer.state = opinion.state;
  answer.findings = std::move(opinion.findings);
  if (answer.state == RevocationState::kRevoked) {
    answer.revoked_at = opinion.single.revoked_at;
    answer.reason = opinion.single.reason;
  }
  return answer;
}

}  // namespace shomei::auth
