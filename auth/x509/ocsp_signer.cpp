#include "auth/x509/ocsp_signer.h"

#include <fmt/format.h>
#include <openssl/objects.h>

#include <algorithm>

#include "auth/x509/path_check.h"

namespace shomei::auth {
namespace {

constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";

/// One answer, its question and the list for objections.
class SignerCheck {
 public:
  SignerCheck(const OcspResponse& response, const OcspQuestion& question, Time at, std::vector<Finding>& findings)
      : response_(response), question_(question), at_(at), findings_(findings) {}

  void run();

 private:
  void object(Check check, std::string detail = {}, Severity severity = Severity::kFail) {
    findings_.push_back({question_.index, check, severity, std::move(detail)});
  }
  bool is_delegated(const Certificate& signer);
  bool is_issued(const Certificate& signer);
  void check_revocation(const Certificate& signer);

  const OcspResponse& response_;
  const OcspQuestion& question_;
  const Time at_;
  std::vector<Finding>& findings_;
};

void SignerCheck::run() {
  const std::string& algorithm = response_.facts().signature_algorithm;
  bool allowed = true;
  for (const Finding& finding : check_algorithm(algorithm, nullptr, at_, *question_.algorithms)) {
    const bool refused = finding.severity == Severity::kFail;
    object(refused ? Check::kOcspAlgorithm : finding.check, finding.detail, finding.severity);
    allowed = allowed && !refused;
  }
  if (!allowed) {
    return;
  }
  const bool names_issuer = response_.names_responder(*question_.issuer);
  if (names_issuer && response_.signed_by(*question_.issuer)) {
    return;
  }
  bool named = names_issuer;
  for (const Certificate& signer : response_.certificates()) {
    if (response_.names_responder(signer)) {
      named = true;
      if (response_.signed_by(signer)) {
        if (is_delegated(signer)) {
          check_revocation(signer);
        }
        return;
      }
    }
  }
  object(named ? Check::kOcspSignature : Check::kOcspResponderId);
}

/// Issued by the very key that issued the certificate in question, for this.
bool SignerCheck::is_delegated(const Certificate& signer) {
  const CertificateFacts& facts = signer.facts();
  if (!is_issued(signer)) {
    return false;
  }
  // RFC 5280 4.2.1.12: OCSPSigning goes with digitalSignature or nonRepudiation.
  constexpr std::uint32_t kSigns = key_usage::kDigitalSignature | key_usage::kNonRepudiation;
  const auto& usages = facts.extended_key_usage;
  if (std::ranges::find(usages, kOcspSigning) == usages.end() ||
      (facts.key_usage && (*facts.key_usage & kSigns) == 0)) {
    object(Check::kOcspSignerUsage, facts.subject);
    return false;
  }
  return true;
}

bool SignerCheck::is_issued(const Certificate& signer) {
  const CertificateFacts& facts = signer.facts();
  if (X509_NAME_cmp(X509_get_issuer_name(signer.native()), X509_get_subject_name(question_.issuer->native())) != 0) {
    object(Check::kOcspSigner, facts.subject);
    return false;
  }
  ValidationOptions options;
  options.at = at_;
  const PathOpinion opinion = check_path({signer, *question_.issuer}, options, *question_.algorithms);
  const auto objection = std::ranges::find(opinion.findings, Severity::kFail, &Finding::severity);
  if (objection == opinion.findings.end()) {
    return true;
  }
  if (objection->check == Check::kPathExpired || objection->check == Check::kPathNotYetValid) {
    object(Check::kOcspSignerValidity,
           fmt::format("{}, {} – {}", facts.subject, to_rfc3339(facts.not_before), to_rfc3339(facts.not_after)));
  } else {
    object(Check::kOcspSigner, fmt::format("{}: {} {}", facts.subject, info(objection->check).name, objection->detail));
  }
  return false;
}

void SignerCheck::check_revocation(const Certificate& signer) {
  if (has_nocheck(signer)) {
    return;
  }
  const RevocationState state = question_.signer_state ? question_.signer_state(signer) : RevocationState::kUnknown;
  const bool names_a_way = X509_get_ext_by_NID(signer.native(), NID_crl_distribution_points, -1) >= 0 ||
                           X509_get_ext_by_NID(signer.native(), NID_info_access, -1) >= 0;
  if (state == RevocationState::kRevoked) {
    object(Check::kOcspSignerRevoked, signer.facts().subject);
  } else if (state == RevocationState::kUnknown) {
    object(names_a_way ? Check::kOcspSignerUnknown : Check::kOcspSignerUnchecked, signer.facts().subject,
           names_a_way ? Severity::kFail : Severity::kWarn);
  }
}

}  // namespace

bool has_nocheck(const Certificate& certificate) {
  return X509_get_ext_by_NID(certificate.native(), NID_id_pkix_OCSP_noCheck, -1) >= 0;
}

void check_ocsp_signer(const OcspResponse& response, const OcspQuestion& question, Time at,
                       std::vector<Finding>& findings) {
  SignerCheck(response, question, at, findings).run();
}

}  // namespace shomei::auth
