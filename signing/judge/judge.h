#pragma once

#include <span>

#include "signing/judge/judgement.h"
#include "signing/signature_algorithm.h"
#include "signing/verify.h"
#include "signing/xades/xades_facts.h"

namespace shomei::signing {

struct ProvedTimes;

/// The certificates, CRLs and OCSP answers of a file, and of its time-stamp tokens, that parse, beside what was given;
/// for those that do not one finding.
auth::ValidationInputs with_carried(const auth::ValidationInputs& given, const CarriedEvidence& carried,
                                    Judgement& judgement);

/// EN 319 102-1 5.2.3: the certificate that a signed attribute names, among the candidates. Writes findings; marks
/// Step::kIdentity.
std::optional<auth::Certificate> identify(std::span<const CertificateId> ids,
                                          std::span<const auth::Certificate> candidates, const Policy& policy,
                                          Judgement& judgement);

/// 5.2.6, 5.3.4, 5.5 and 5.6: path, revocation and the purpose's rules at the proved time, or at the validation time
/// where none is proved; fills the signer. Marks Step::kPath. The path and what else was found about it.
auth::ValidationReport judge_path(const auth::Certificate& certificate, const auth::ValidationInputs& evidence,
                                  const VerifyInputs& inputs, ProvedTimes& proved, Judgement& judgement);

/// The level that the file has: `level_of` without broken stamps, and LT only where what the file carries leads from
/// the signer to an anchor of `given`.
Level level_in_file(const CarriedEvidence& carried, const auth::Certificate* signer, const VerifyInputs& inputs,
                    const ProvedTimes& proved, Judgement& judgement);

/// A digest algorithm at the time since which what it protects is proved to exist; SHA-1 by policy.
void judge_digest(DigestAlgorithm algorithm, std::string_view where, Time since, const Policy& policy,
                  Judgement& judgement);

/// A signature algorithm at the proved time of the signature; those over SHA-1 are left to `judge_digest`. The text is
/// as auth::signature_algorithm writes it.
void judge_signature_algorithm(const SignatureAlgorithm& algorithm, Time since, const Policy& policy,
                               Judgement& judgement);
void judge_signature_algorithm(const std::string& algorithm, Time since, const Policy& policy, Judgement& judgement);

/// best_signature_time of the report, and a finding that says where it comes from or that stamps prove nothing.
void report_proved_time(const ProvedTimes& proved, Judgement& judgement);

/// What the first failing finding of a path makes of what it signed.
SubIndication sub_indication_of(const auth::ValidationReport& path);

/// The path's findings, their names with `prefix`, no worse than `worst`.
void copy_findings(const auth::ValidationReport& path, std::string_view prefix, Severity worst, Judgement& judgement);

}  // namespace shomei::signing
