#include "signing/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "signing/signer_certificate.h"
#include "signing/tsp/timestamp_token.h"

namespace shomei::signing {
namespace {

using auth::Verdict;
using Outcome = std::pair<Indication, SubIndication>;

Severity severity_of(auth::Severity severity) {
  switch (severity) {
    case auth::Severity::kInfo: return Severity::kInfo;
    case auth::Severity::kWarn: return Severity::kWarn;
    case auth::Severity::kFail: return Severity::kFail;
  }
  SHOMEI_CHECK(false);
  return Severity::kFail;
}

/// EN 319 102-1 tables 5 to 7: what an objection to the path makes of a signature without proof of time. All of them
/// leave it INDETERMINATE; revocation of the signer's own certificate is judged apart.
SubIndication sub_indication_of(auth::Check check) {
  using enum auth::Check;
  switch (check) {
    case kPathNotFound: return SubIndication::kNoCertificateChainFound;
    case kPathNotYetValid:
    case kPathExpired: return SubIndication::kOutOfBoundsNoPoe;
    case kAlgorithm: return SubIndication::kCryptoConstraintsFailureNoPoe;
    case kRevoked: return SubIndication::kRevokedCaNoPoe;
    case kRevocationUnknown:
    case kRevocationNotChecked:
    case kCrlSignature:
    case kCrlSignatureUnchecked:
    case kCrlScope:
    case kCrlStale:
    case kCrlNotYetValid:
    case kCrlCriticalExtension:
    case kCrlDelta:
    case kCrlIndirect:
    case kCrlReasons: return SubIndication::kTryLater;
    case kPathWorkBudget:
    case kPathSignature:
    case kPathMalformed:
    case kPathOther: return SubIndication::kCertificateChainGeneralFailure;
    default: return SubIndication::kChainConstraintsFailure;
  }
}

void judge_revocation(const auth::RevocationStatus& status, Judgement& judgement) {
  const auto claimed = judgement.report().claimed_signing_time;
  const std::string when = status.revoked_at ? to_rfc3339(*status.revoked_at) : "";
  if (claimed && status.revoked_at && *status.revoked_at <= *claimed) {
    judgement.decide(Indication::kTotalFailed, SubIndication::kRevoked, Check::kRevokedBeforeClaim, when);
  } else {
    judgement.decide(Indication::kIndeterminate, SubIndication::kRevokedNoPoe, Check::kRevokedWithoutProofOfTime, when);
  }
}

void copy_findings(const auth::ValidationReport& path, Judgement& judgement) {
  for (const auth::Finding& finding : path.findings) {
    judgement.report().findings.push_back({std::string(auth::info(finding.check).name), severity_of(finding.severity),
                                           auth::text(finding, Language::kEn), auth::text(finding, Language::kJa)});
  }
}

Signer signer_of(const auth::Certificate& certificate, const auth::ValidationReport& path) {
  const auth::CertificateFacts& facts = certificate.facts();
  return {facts.name, facts.name_ja, facts.serial_number, facts.organization, path.hc_roles, facts.sha256};
}

}  // namespace

auth::ValidationInputs with_carried(const auth::ValidationInputs& given, const CarriedEvidence& carried,
                                    Judgement& judgement) {
  auth::ValidationInputs evidence = given;
  int unreadable = carried.unreadable;
  for (const Bytes& der : carried.certificates) {
    if (auto certificate = auth::Certificate::parse(der)) {
      evidence.chain.push_back(std::move(*certificate));
    } else {
      ++unreadable;
    }
  }
  for (const Bytes& der : carried.crls) {
    if (auto crl = auth::Crl::parse(der)) {
      evidence.crls.push_back(std::move(*crl));
    } else {
      ++unreadable;
    }
  }
  if (unreadable > 0) {
    judgement.note(Check::kEmbeddedUnreadable, Severity::kWarn, fmt::format("{}", unreadable));
  }
  return evidence;
}

void judge_digest(DigestAlgorithm algorithm, std::string_view where, const Policy& policy, Judgement& judgement) {
  if (algorithm != DigestAlgorithm::kSha1) {
    return;
  }
  const std::string detail = fmt::format("SHA-1, {}", where);
  if (policy.accept_sha1) {
    judgement.note(Check::kWeakAlgorithm, Severity::kWarn, detail);
  } else {
    judgement.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe, Check::kWeakAlgorithm,
                     detail);
  }
}

std::optional<auth::Certificate> identify(std::span<const CertificateId> ids,
                                          std::span<const auth::Certificate> candidates, const Policy& policy,
                                          Judgement& judgement) {
  for (const CertificateId& id : ids) {
    const auto fits = [&](const auth::Certificate& candidate) {
      return id.algorithm && digest(*id.algorithm, candidate.der()) == id.digest;
    };
    const auto found = std::ranges::find_if(candidates, fits);
    if (found == candidates.end()) {
      continue;
    }
    judge_digest(*id.algorithm, "signing certificate", policy, judgement);
    // EN 319 102-1 5.2.3.4: a difference here is a warning, the digest decides.
    if (!id.issuer_serial.empty() && id.issuer_serial != issuer_serial(found->native())) {
      judgement.note(Check::kIssuerSerialDiffers, Severity::kWarn);
    }
    judgement.done(Step::kIdentity);
    return *found;
  }
  judgement.decide(Indication::kIndeterminate, SubIndication::kNoSigningCertificateFound,
                   Check::kSigningCertificateNotFound);
  return std::nullopt;
}

auth::ValidationReport judge_path(const auth::Certificate& certificate, const auth::ValidationInputs& evidence,
                                  const VerifyInputs& inputs, Judgement& judgement) {
  if (!inputs.judge_certificates) {
    return {};
  }
  auth::ValidationOptions options;
  options.at = inputs.at;
  options.purpose = inputs.policy.purpose;
  auth::ValidationReport path = auth::validate(certificate, evidence, options, inputs.policy.profiles);
  judgement.report().signer = signer_of(certificate, path);
  copy_findings(path, judgement);
  judgement.done(Step::kPath);
  if (path.verdict == Verdict::kValid) {
    judgement.note(Check::kPathValid, Severity::kInfo, path.path.empty() ? "" : path.path.back().facts().subject);
    return path;
  }
  for (const auth::RevocationStatus& status : path.revocation) {
    if (status.certificate == 0 && status.state == auth::RevocationState::kRevoked) {
      judge_revocation(status, judgement);
    }
  }
  for (const auth::Finding& finding : path.findings) {
    const bool signers_own = finding.check == auth::Check::kRevoked && finding.certificate == 0;
    if (finding.severity == auth::Severity::kFail && !signers_own) {
      judgement.decide(Indication::kIndeterminate, sub_indication_of(finding.check));
    }
  }
  // A verdict without a failing finding would otherwise pass.
  judgement.decide(Indication::kIndeterminate, SubIndication::kCertificateChainGeneralFailure);
  judgement.note(path.verdict == Verdict::kInvalid ? Check::kPathInvalid : Check::kPathUnknown, Severity::kFail);
  return path;
}

void report_timestamps(const CarriedEvidence& carried, Judgement& judgement) {
  for (const TimestampFacts& stamp : carried.timestamps) {
    TimestampReport& report = judgement.report().timestamps.emplace_back();
    report.type = stamp.type;
    if (const auto token = read_timestamp_token(stamp.token)) {
      const auto signer = token_signer(*token, token_certificates(*token));
      report.time = token->info.time;
      report.tsa = signer ? signer->facts().name : token->info.tsa;
    }
    judgement.note(Check::kTimestampNotChecked, Severity::kInfo, stamp.type);
  }
}

}  // namespace shomei::signing
