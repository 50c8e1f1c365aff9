#pragma once

#include <span>

#include "signing/judge/judgement.h"
#include "signing/verify.h"
#include "signing/xades/xades_facts.h"

namespace shomei::signing {

/// The certificates and CRLs of a file that parse; for the others one finding.
auth::ValidationInputs with_carried(const auth::ValidationInputs& given, const CarriedEvidence& carried,
                                    Judgement& judgement);

/// EN 319 102-1 5.2.3: the certificate that a signed attribute names, among the candidates. Writes findings; marks
/// Step::kIdentity.
std::optional<auth::Certificate> identify(std::span<const CertificateId> ids,
                                          std::span<const auth::Certificate> candidates, const Policy& policy,
                                          Judgement& judgement);

/// 5.2.6 and 5.3.4: path, revocation and the purpose's rules at the validation time; fills the signer. Marks
/// Step::kPath. The path and what else was found about it.
auth::ValidationReport judge_path(const auth::Certificate& certificate, const auth::ValidationInputs& evidence,
                                  const VerifyInputs& inputs, Judgement& judgement);

/// Time stamps as found, with the time they claim; none is checked.
void report_timestamps(const CarriedEvidence& carried, Judgement& judgement);

/// SHA-1 by policy.
void judge_digest(DigestAlgorithm algorithm, std::string_view where, const Policy& policy, Judgement& judgement);

}  // namespace shomei::signing
