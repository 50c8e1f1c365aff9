#include "signing/xades/verify_xades.h"

#include <fmt/format.h>

#include <algorithm>

#include "signing/judge/judge.h"
#include "signing/judge/objects.h"
#include "signing/judge/stamps.h"
#include "signing/xades/prescription.h"
#include "signing/xades/xades_imprint.h"
#include "signing/xades/xades_refs.h"
#include "signing/xml/xmldsig_reference.h"

namespace shomei::signing {
namespace {

using State = ReferenceOutcome::State;

/// Judges one ds:Signature; the document and its identifiers are shared by all of them.
class XadesJudge {
 public:
  XadesJudge(const xmlNode* element, const VerifyInputs& inputs, ReferenceChecker& checker, WorkBudget& budget,
             SignatureReport& report)
      : element_(element),
        inputs_(inputs),
        checker_(checker),
        budget_(budget),
        judgement_(report),
        proved_(inputs.at) {}

  Result<void> run() {
    judgement_.report().id = attribute(element_, "Id").value_or("");
    if (read_facts()) {
      SHOMEI_TRY(judge_stamps());
      SHOMEI_TRY(check_references());
      judge_prescription();
      SHOMEI_TRY(check_certificate());
    }
    conclude();
    return {};
  }

 private:
  bool read_facts() {
    auto signature = read_signature(element_, inputs_.policy.limits);
    auto properties = signature ? read_xades(*signature) : std::unexpected(signature.error());
    if (!properties) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kStructure, properties.error());
      return false;
    }
    signature_ = std::move(*signature);
    properties_ = std::move(*properties);
    judgement_.done(Step::kFormat);
    if (!signature_.id.empty() && checker_.is_ambiguous(signature_.id)) {
      // Target and counter-signatures name it: which is meant?
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kReferenceAmbiguous,
                        "#" + signature_.id);
    }
    SignatureReport& report = judgement_.report();
    report.claimed_signing_time = properties_.signing_time;
    report.algorithm = signature_.signature_method;
    report.signature_value = signature_.signature_value;
    return true;
  }

  /// Before all else: the time that they prove is the one that references, value and path are judged at.
  Result<void> judge_stamps() {
    if (!inputs_.judge_certificates) {
      return {};
    }
    evidence_ = with_carried(inputs_.evidence, carried_with_key_info(), judgement_);
    const auto coverage_of = [&](const TimestampFacts& stamp, DigestAlgorithm algorithm) {
      return xades_coverage({&signature_, stamp.property}, algorithm, checker_, budget_);
    };
    SHOMEI_TRY(proved_, judge_timestamps(properties_.carried, coverage_of, evidence_, inputs_, judgement_));
    report_proved_time(proved_, judgement_);
    return {};
  }

  Result<void> check_references() {
    bool intact = true;
    for (const ReferenceFacts& reference : signature_.references) {
      SHOMEI_TRY(ReferenceOutcome outcome, checker_.check(signature_, reference));
      if (outcome.state == State::kIntact) {
        accept(reference, std::move(outcome));
      } else {
        object(outcome);
        intact = false;
        properties_in_doubt_ |= reference.type == kSignedPropertiesType;
      }
    }
    if (intact) {
      judgement_.done(Step::kReferences);
    }
    if (properties_.signed_properties != nullptr && !properties_covered_ && !properties_in_doubt_) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kSignedPropertiesUnsigned);
    }
    if (intact && judgement_.report().covers.empty()) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kCoversNothing);
    }
    return {};
  }

  void accept(const ReferenceFacts& reference, ReferenceOutcome outcome) {
    const auto digest = digest_from_uri(reference.digest_method);
    judge_digest(*digest, reference.uri.value_or(""), proved_.signed_data.value_or(inputs_.at), inputs_.policy,
                 judgement_);
    const bool is_whole = outcome.element != nullptr && std::ranges::all_of(reference.transforms, [](const auto& step) {
                            return canonicalization_from(step.algorithm).has_value();
                          });
    if (outcome.element != nullptr && outcome.element == signature_.key_info) {
      key_info_covered_ |= is_whole;
      return;
    }
    if (reference.type == kSignedPropertiesType) {
      // The one that was read, and no other element of that name somewhere else (signature wrapping).
      properties_covered_ |= is_whole && outcome.element == properties_.signed_properties;
      return;
    }
    if (is_element(outcome.element, ns::kDs, "Manifest")) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kSignedDataNotFound, Check::kManifestNotChecked);
    }
    const std::string where = outcome.element == nullptr ? name_of(reference, outcome) : path_of(outcome.element);
    judgement_.note(Check::kReferenceIntact, Severity::kInfo, where.empty() ? "/" : where);
    if (is_whole) {
      covered_.push_back(outcome.element);
    }
    CoveredPart part{name_of(reference, outcome), std::nullopt, std::move(outcome.signed_bytes)};
    part.partial = outcome.partial;
    part.digest_algorithm = *digest;
    part.digest = reference.digest_value;
    if (outcome.partial) {
      judgement_.note(Check::kReferencePartial, Severity::kWarn, where);
    }
    if (outcome.detached != nullptr) {
      part.detached = outcome.detached->name;
    }
    judgement_.report().covers.push_back(std::move(part));
  }

  /// As written; where nothing is written, the document that was taken for it.
  static std::string name_of(const ReferenceFacts& reference, const ReferenceOutcome& outcome) {
    return reference.uri ? *reference.uri : outcome.detached->name;
  }

  void object(const ReferenceOutcome& outcome) {
    const auto failed = [&](SubIndication sub, Check check) {
      judgement_.decide(Indication::kTotalFailed, sub, check, outcome.detail);
    };
    const auto open = [&](SubIndication sub, Check check) {
      judgement_.decide(Indication::kIndeterminate, sub, check, outcome.detail);
    };
    switch (outcome.state) {
      case State::kIntact: break;
      case State::kChanged: return failed(SubIndication::kHashFailure, Check::kReferenceChanged);
      case State::kAmbiguous: return failed(SubIndication::kFormatFailure, Check::kReferenceAmbiguous);
      case State::kForbidden: return failed(SubIndication::kFormatFailure, Check::kReferenceForbidden);
      case State::kNotFound: return open(SubIndication::kSignedDataNotFound, Check::kReferenceNotFound);
      case State::kUnknownDigest:
        return open(SubIndication::kCryptoConstraintsFailureNoPoe, Check::kReferenceAlgorithm);
    }
  }

  void judge_prescription() {
    const auto layout = prescription_layout(element_);
    judgement_.report().profile = layout ? "eprescription" : "";
    if (layout && judgement_.is_done(Step::kReferences) && std::ranges::find(covered_, *layout) == covered_.end()) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kSigConstraintsFailure, Check::kPrescriptionLayout);
    }
  }

  Result<void> check_certificate() {
    if (!inputs_.judge_certificates) {
      evidence_ = with_carried(inputs_.evidence, carried_with_key_info(), judgement_);
    }
    certificate_ = find_certificate(evidence_.chain);
    if (!certificate_) {
      return {};
    }
    SHOMEI_TRY(check_value(X509_get0_pubkey(certificate_->native())));
    if (!inputs_.judge_certificates) {
      return {};
    }
    const auth::ValidationReport path = judge_path(*certificate_, evidence_, inputs_, proved_, judgement_);
    const bool found = std::ranges::none_of(
        path.findings, [](const auth::Finding& finding) { return finding.check == auth::Check::kPathNotFound; });
    if (found) {
      judge_complete_refs(read_complete_refs(properties_.signed_properties), path.path, evidence_.crls, judgement_);
    }
    return {};
  }

  void conclude() {
    if (inputs_.judge_certificates && judgement_.is_done(Step::kFormat)) {
      const CarriedEvidence carried = carried_with_key_info();
      judgement_.report().level =
          level_in_file(carried, certificate_ ? &*certificate_ : nullptr, inputs_, proved_, judgement_);
      finish_objects(carried, proved_.proofs, judgement_.report());
    }
    judgement_.finish();
  }

  /// KeyInfo first: its certificates are the likeliest to be the signer's.
  CarriedEvidence carried_with_key_info() {
    CarriedEvidence carried = properties_.carried;
    carried.certificates.insert(carried.certificates.begin(), signature_.certificates.begin(),
                                signature_.certificates.end());
    return carried;
  }

  std::optional<auth::Certificate> find_certificate(const std::vector<auth::Certificate>& candidates) {
    if (!properties_.signing_time) {
      judgement_.note(Check::kSigningTimeAbsent, Severity::kWarn);
    }
    if (properties_.has_signing_certificate) {
      return identify(properties_.certificate_ids, candidates, inputs_.policy, judgement_);
    }
    auto first = signature_.certificates.empty() ? Result<auth::Certificate>(fail(Code::kInputNotCertificate))
                                                 : auth::Certificate::parse(signature_.certificates.front());
    if (!inputs_.policy.accept_signed_key_info || !key_info_covered_ || !first) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kNoSigningCertificateFound,
                        Check::kSigningCertificateAbsent);
      return std::nullopt;
    }
    judgement_.note(Check::kSigningCertificateKeyInfo, Severity::kWarn);
    judgement_.done(Step::kIdentity);
    return std::move(*first);
  }

  Result<void> check_value(EVP_PKEY* key) {
    const auto& algorithm = signature_.algorithm;
    auto method = canonicalization_from(signature_.canonicalization_method);
    if (!algorithm || !method || type_of(key) != algorithm->key) {
      const Check check = method ? Check::kSignatureAlgorithm : Check::kStructure;
      judgement_.decide(method ? Indication::kIndeterminate : Indication::kTotalFailed,
                        method ? SubIndication::kCryptoConstraintsFailureNoPoe : SubIndication::kFormatFailure, check,
                        method ? signature_.signature_method : "CanonicalizationMethod");
      return {};
    }
    const Time since = proved_.signature.value_or(inputs_.at);
    judge_digest(algorithm->digest, "signature", since, inputs_.policy, judgement_);
    judge_signature_algorithm(*algorithm, since, inputs_.policy, judgement_);
    method->inclusive_prefixes = signature_.canonicalization_prefixes;
    const NodeSet nodes{
        .document = element_->doc, .apex = signature_.signed_info, .without = nullptr, .comments = true};
    SHOMEI_TRY(const Bytes canonical, canonical_bytes(nodes, *method, budget_));
    if (!signature_fits(key, *algorithm, digest(algorithm->digest, canonical), signature_.signature_value)) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kSigCryptoFailure, Check::kSignatureValue);
    }
    judgement_.done(Step::kValue);
    return {};
  }

  const xmlNode* element_;
  const VerifyInputs& inputs_;
  ReferenceChecker& checker_;
  WorkBudget& budget_;
  Judgement judgement_;
  SignatureFacts signature_;
  XadesFacts properties_;
  ProvedTimes proved_;
  /// What was given and what the file carries.
  auth::ValidationInputs evidence_;
  std::optional<auth::Certificate> certificate_;
  bool properties_covered_ = false;
  /// Their reference failed, which is said already.
  bool properties_in_doubt_ = false;
  bool key_info_covered_ = false;
  /// All of it, no filter and nothing decoded.
  std::vector<const xmlNode*> covered_;
};

}  // namespace

Result<VerifyReport> verify_xades(ByteView xml, const VerifyInputs& inputs) {
  const Limits& limits = inputs.policy.limits;
  SHOMEI_TRY(const OwnedXmlDoc document, parse_xml(xml, limits));
  const auto signatures = elements(document.get(), ns::kDs, "Signature");
  if (std::ssize(signatures) > limits.signatures) {
    return fail(Code::kXmlForbidden, fmt::format("more than {} signatures", limits.signatures));
  }
  const IdIndex ids(document.get());
  WorkBudget budget(limits.work);
  ReferenceChecker checker(document.get(), ids, inputs.detached, limits, budget, inputs.keep_signed_bytes);
  VerifyReport report;
  for (const xmlNode* element : signatures) {
    SignatureReport signature;
    signature.format = Format::kXades;
    SHOMEI_TRY(XadesJudge(element, inputs, checker, budget, signature).run());
    report.signatures.push_back(std::move(signature));
  }
  return report;
}

}  // namespace shomei::signing
