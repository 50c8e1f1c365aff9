#include "signing/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "signing/judge/objects.h"
#include "signing/judge/stamps.h"
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
    case kRevocationTooOld:
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

void judge_revocation(const auth::RevocationStatus& status, const ProvedTimes& proved, Judgement& judgement) {
  const auto claimed = judgement.report().claimed_signing_time;
  const std::string when = status.revoked_at ? to_rfc3339(*status.revoked_at) : "";
  const bool before =
      (claimed && status.revoked_at <= claimed) || (proved.content && status.revoked_at <= proved.content);
  if (status.revoked_at && before) {
    judgement.decide(Indication::kTotalFailed, SubIndication::kRevoked, Check::kRevokedBeforeClaim, when);
  } else {
    judgement.decide(Indication::kIndeterminate, SubIndication::kRevokedNoPoe, Check::kRevokedWithoutProofOfTime, when);
  }
}

constexpr std::string_view kSha1WithRsa = "1.2.840.113549.1.1.5", kEcdsaWithSha1 = "1.2.840.10045.4.1";

void judge_algorithm_finding(const auth::Finding& finding, std::string_view where, Judgement& judgement) {
  const std::string detail = fmt::format("{}{}{}", finding.detail, where.empty() ? "" : ", ", where);
  if (finding.severity == auth::Severity::kFail) {
    judgement.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe,
                     finding.detail.contains("not after") ? Check::kAlgorithmSunset : Check::kWeakAlgorithm, detail);
  } else {
    judgement.note(Check::kAlgorithmSunset, Severity::kWarn, detail);
  }
}

/// What a proof of time changes: the moment, and which lists count.
auth::ValidationOptions options_at(const VerifyInputs& inputs, const ProvedTimes& proved) {
  auth::ValidationOptions options;
  options.at = proved.signature.value_or(inputs.at);
  options.purpose = inputs.policy.purpose;
  options.proofs = &proved.proofs;
  options.freshness = proved.signature ? inputs.policy.freshness : auth::Freshness::kInForce;
  return options;
}

/// EN 319 102-1 5.5.4: the signature cannot be older than what it is over.
void judge_content_time(const auth::Certificate& certificate, const ProvedTimes& proved, Judgement& judgement) {
  const Time end = certificate.facts().not_after;
  if (proved.content && *proved.content > end) {
    judgement.decide(Indication::kTotalFailed, SubIndication::kExpired, Check::kSignedAfterExpiry, to_rfc3339(end));
  }
  const Time begin = certificate.facts().not_before;
  if (proved.signature && *proved.signature < begin) {
    judgement.decide(Indication::kTotalFailed, SubIndication::kNotYetValid, Check::kSignedBeforeIssue,
                     to_rfc3339(begin));
  }
}

void decide_by_path(const auth::ValidationReport& path, const ProvedTimes& proved, Judgement& judgement) {
  for (const auth::RevocationStatus& status : path.revocation) {
    if (status.certificate == 0 && status.state == auth::RevocationState::kRevoked) {
      judge_revocation(status, proved, judgement);
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
}

Signer signer_of(const auth::Certificate& certificate, const auth::ValidationReport& path) {
  const auth::CertificateFacts& facts = certificate.facts();
  return {facts.name, facts.name_ja, facts.serial_number, facts.organization, path.hc_roles, facts.sha256};
}

}  // namespace

void copy_findings(const auth::ValidationReport& path, std::string_view prefix, Severity worst, Judgement& judgement) {
  for (const auth::Finding& finding : path.findings) {
    judgement.report().findings.push_back({fmt::format("{}{}", prefix, auth::info(finding.check).name),
                                           std::min(severity_of(finding.severity), worst),
                                           auth::text(finding, Language::kEn), auth::text(finding, Language::kJa)});
  }
}

SubIndication sub_indication_of(const auth::ValidationReport& path) {
  const auto failed = std::ranges::find(path.findings, auth::Severity::kFail, &auth::Finding::severity);
  return failed == path.findings.end() ? SubIndication::kCertificateChainGeneralFailure
                                       : sub_indication_of(failed->check);
}

auth::ValidationInputs with_carried(const auth::ValidationInputs& given, const CarriedEvidence& carried,
                                    Judgement& judgement) {
  auth::ValidationInputs evidence = given;
  int unreadable = carried.unreadable;
  std::set<Bytes> seen;
  const auto add = [&](const std::vector<Bytes>& some, auto parse, auto& into) {
    for (const Bytes& der : some) {
      if (!seen.insert(der).second) {
        continue;
      }
      if (auto parsed = parse(der)) {
        into.push_back(*std::move(parsed));
      } else {
        ++unreadable;
      }
    }
  };
  const auto add_all = [&](const std::vector<Bytes>& certificates, const std::vector<Bytes>& crls) {
    add(certificates, auth::Certificate::recall, evidence.chain);
    add(crls, auth::Crl::parse, evidence.crls);
  };
  add_all(carried.certificates, carried.crls);
  add(carried.ocsps, auth::OcspResponse::parse, evidence.ocsp);
  for (const TimestampFacts& stamp : carried.timestamps) {
    if (const auto token = read_timestamp_token(stamp.token)) {
      add_all(token->cms.certificates, token->cms.crls);
    }
  }
  if (unreadable > 0) {
    judgement.note(Check::kEmbeddedUnreadable, Severity::kWarn, fmt::format("{}", unreadable));
  }
  return evidence;
}

void judge_digest(DigestAlgorithm algorithm, std::string_view where, Time since, const Policy& policy,
                  Judgement& judgement) {
  if (algorithm == DigestAlgorithm::kSha1 && policy.accept_sha1) {
    judgement.note(Check::kWeakAlgorithm, Severity::kWarn, fmt::format("SHA-1, {}", where));
    return;
  }
  for (const auth::Finding& finding : auth::check_digest(algorithm, since, policy.profiles.algorithms)) {
    judge_algorithm_finding(finding, where, judgement);
  }
}

void judge_signature_algorithm(const std::string& algorithm, Time since, const Policy& policy, Judgement& judgement) {
  if (algorithm == kSha1WithRsa || algorithm == kEcdsaWithSha1) {
    return;
  }
  for (const auth::Finding& finding : auth::check_algorithm(algorithm, nullptr, since, policy.profiles.algorithms)) {
    judge_algorithm_finding(finding, "", judgement);
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
    // What the certificate's digest protects is the choice of certificate; SHA-1 there is asked of the policy alone.
    if (*id.algorithm == DigestAlgorithm::kSha1) {
      judge_digest(*id.algorithm, "signing certificate", {}, policy, judgement);
    }
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

void judge_signature_algorithm(const SignatureAlgorithm& algorithm, Time since, const Policy& policy,
                               Judgement& judgement) {
  if (algorithm.digest == DigestAlgorithm::kSha1) {
    return;
  }
  // RFC 8017 A.2.4 and RFC 5758 3.2 number their algorithms in the order of the digests.
  const int number = static_cast<int>(algorithm.digest) - static_cast<int>(DigestAlgorithm::kSha256);
  const std::string oid = algorithm.key == KeyType::kEc ? fmt::format("1.2.840.10045.4.3.{}", 2 + number)
                          : algorithm.pss ? fmt::format("1.2.840.113549.1.1.10/{}", digest_oid(algorithm.digest))
                                          : fmt::format("1.2.840.113549.1.1.{}", 11 + number);
  judge_signature_algorithm(oid, since, policy, judgement);
}

void report_proved_time(const ProvedTimes& proved, Judgement& judgement) {
  SignatureReport& report = judgement.report();
  report.best_signature_time = proved.signature;
  if (proved.signature) {
    judgement.note(Check::kBestTime, Severity::kInfo, to_rfc3339(*proved.signature));
  } else if (!report.timestamps.empty()) {
    judgement.note(Check::kNoProofOfTime, Severity::kWarn);
  }
}

auth::ValidationReport judge_path(const auth::Certificate& certificate, const auth::ValidationInputs& evidence,
                                  const VerifyInputs& inputs, ProvedTimes& proved, Judgement& judgement) {
  const auth::ValidationOptions options = options_at(inputs, proved);
  // The signature names its certificate, so that is as old.
  proved.proofs.add(certificate.facts().sha256, options.at);
  auth::ValidationReport path = auth::validate(certificate, evidence, options, inputs.policy.profiles);
  judgement.report().signer = signer_of(certificate, path);
  judgement.report().freshness = inputs.policy.freshness;
  note_objects(path, evidence, judgement.report());
  copy_findings(path, "", Severity::kFail, judgement);
  judgement.done(Step::kPath);
  if (options.freshness != auth::Freshness::kInForce) {
    judgement.note(options.freshness == auth::Freshness::kStrict ? Check::kFreshnessStrict : Check::kFreshnessLenient,
                   Severity::kInfo);
  }
  judge_content_time(certificate, proved, judgement);
  if (path.verdict == Verdict::kValid) {
    judgement.note(Check::kPathValid, Severity::kInfo, path.path.empty() ? "" : path.path.back().facts().subject);
    return path;
  }
  decide_by_path(path, proved, judgement);
  return path;
}

Level level_in_file(const CarriedEvidence& carried, const auth::Certificate* signer, const VerifyInputs& inputs,
                    const ProvedTimes& proved, Judgement& judgement) {
  CarriedEvidence sound = carried;
  sound.timestamps.clear();
  for (std::size_t i = 0; i < carried.timestamps.size(); ++i) {
    if (judgement.report().timestamps.at(i).indication != Indication::kTotalFailed) {
      sound.timestamps.push_back(carried.timestamps[i]);
    }
  }
  const Level level = level_of(sound);
  if (level < Level::kLT || signer == nullptr) {
    return std::min(level, signer == nullptr ? Level::kT : level);
  }
  SignatureReport unheard;
  Judgement quiet(unheard);
  const auth::ValidationInputs anchors{.anchors = inputs.evidence.anchors};
  const auto path = auth::validate(*signer, with_carried(anchors, carried, quiet), options_at(inputs, proved),
                                   inputs.policy.profiles);
  if (path.verdict == Verdict::kIndeterminate) {
    judgement.note(Check::kLevelIncomplete, Severity::kWarn, name(level));
    return Level::kT;
  }
  return level;
}

}  // namespace shomei::signing
