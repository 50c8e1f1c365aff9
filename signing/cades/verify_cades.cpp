#include "signing/cades/verify_cades.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>

#include "base/der.h"
#include "base/software_key.h"
#include "signing/cades/cades_imprint.h"
#include "signing/cades/cms_facts.h"
#include "signing/cades/cms_layout.h"
#include "signing/cades/counter_signature.h"
#include "signing/judge/judge.h"
#include "signing/judge/objects.h"
#include "signing/judge/stamps.h"
#include "signing/shown.h"

namespace shomei::signing {
namespace {

/// PKCS#1 v1.5 or ECDSA over the signer's digest, as far as the identifier and the key agree on it.
std::optional<SignatureAlgorithm> content_algorithm(const CmsSigner& signer, EVP_PKEY* key) {
  const auto type = type_of(key);
  int hash = NID_undef;
  int kind = OBJ_txt2nid(signer.signature_oid.c_str());
  if (kind != NID_rsaEncryption && OBJ_find_sigid_algs(kind, &hash, &kind) != 1) {
    return std::nullopt;
  }
  const bool agrees = (kind == NID_rsaEncryption && type == KeyType::kRsa) ||
                      (kind == NID_X9_62_id_ecPublicKey && type == KeyType::kEc);
  return agrees && signer.digest ? std::optional(SignatureAlgorithm{.key = *type, .digest = *signer.digest})
                                 : std::nullopt;
}

/// RSA as it stands, ECDSA as r || s; empty where it is neither.
Bytes content_signature(const CmsSigner& signer, EVP_PKEY* key) {
  const Bytes& bytes = signer.signature_value;
  return type_of(key) == KeyType::kRsa
             ? bytes
             : ecdsa_raw(bytes, static_cast<std::size_t>((EVP_PKEY_get_bits(key) + 7) / 8)).value_or(Bytes());
}

class CadesJudge {
 public:
  CadesJudge(ByteView cms, std::size_t number, CmsFacts& facts, const VerifyInputs& inputs, SignatureReport& report)
      : cms_(cms),
        number_(number),
        signer_(facts.signers.at(number)),
        facts_(facts),
        inputs_(inputs),
        judgement_(report),
        proved_(inputs.at) {}

  Result<void> run() {
    SignatureReport& report = judgement_.report();
    report.id = signer_.id;
    report.claimed_signing_time = signer_.signing_time;
    report.algorithm = signer_.algorithm;
    report.signature_value = signer_.signature_value;
    evidence_ = with_carried(inputs_.evidence, signer_.carried, judgement_);
    if (signer_.malformed.empty()) {
      judgement_.done(Step::kFormat);
      SHOMEI_TRY(judge_stamps());
      SHOMEI_TRY(check_content());
      check_certificate();
      conclude();
    } else {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kStructure, signer_.malformed);
    }
    judgement_.finish();
    return {};
  }

 private:
  /// Of several documents beside the file the one whose digest was signed is meant.
  Result<void> judge_stamps() {
    if (!inputs_.judge_certificates || signer_.carried.timestamps.empty()) {
      return {};
    }
    const Document* content = nullptr;
    for (const Document& detached : inputs_.detached) {
      SHOMEI_TRY(const Bytes digest, digest_of(signer_.digest.value_or(DigestAlgorithm::kSha256), detached));
      content = digest == signer_.message_digest ? &detached : content;
    }
    const auto coverage_of = [&](const TimestampFacts& stamp, DigestAlgorithm algorithm) {
      return cades_coverage({.cms = cms_,
                             .signer = number_,
                             .attribute = stamp.attribute,
                             .value = stamp.value,
                             .is_signed = stamp.is_signed},
                            algorithm, content);
    };
    SHOMEI_TRY(proved_, judge_timestamps(signer_.carried, coverage_of, evidence_, inputs_, judgement_));
    report_proved_time(proved_, judgement_);
    return {};
  }

  void conclude() {
    if (inputs_.judge_certificates) {
      judgement_.report().level =
          level_in_file(signer_.carried, certificate_ ? &*certificate_ : nullptr, inputs_, proved_, judgement_);
      finish_objects(signer_.carried, proved_.proofs, judgement_.report());
    }
  }

  /// RFC 5652 5.6, first half: the message digest against the content, inside or beside the file.
  Result<void> check_content() {
    if (!signer_.digest) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe,
                        Check::kReferenceAlgorithm);
      return {};
    }
    if (!signer_.has_signed_attributes) {
      // Then the signature is over the content itself; what names the certificate is missing anyway.
      return {};
    }
    if (!facts_.content && inputs_.detached.empty()) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kSignedDataNotFound, Check::kReferenceNotFound);
      return {};
    }
    judge_digest(*signer_.digest, "message-digest", proved_.signed_data.value_or(inputs_.at), inputs_.policy,
                 judgement_);
    // Content inside does not excuse another one beside it: whoever hands in a document asks about that document. Of
    // several, one can be meant; `verify` names the others.
    bool inside = true;
    if (facts_.content) {
      SHOMEI_TRY(inside, fits_digest(Document::from_bytes("", *facts_.content), std::nullopt));
    }
    bool beside = inputs_.detached.empty();
    for (const Document& detached : inputs_.detached) {
      SHOMEI_TRY(const bool fits, fits_digest(detached, detached.name));
      beside |= fits;
    }
    if (inside && beside) {
      judgement_.done(Step::kReferences);
      if (!signer_.shown.empty()) {
        return judge_shown(read_shown(signer_.shown), {*signer_.digest, signer_.message_digest}, inputs_, judgement_);
      }
    } else {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kHashFailure, Check::kReferenceChanged,
                        beside ? "" : inputs_.detached.front().name);
    }
    return {};
  }

  Result<bool> fits_digest(const Document& content, std::optional<std::string> detached) {
    // Kept bytes are those that were digested, not what a second look into the file gives.
    Bytes kept;
    if (inputs_.keep_signed_bytes) {
      SHOMEI_TRY(kept, whole(content, inputs_.policy.limits.xml_bytes));
    }
    SHOMEI_TRY(const Bytes found, inputs_.keep_signed_bytes ? Result<Bytes>(digest(*signer_.digest, kept))
                                                            : digest_of(*signer_.digest, content));
    if (found != signer_.message_digest) {
      return false;
    }
    judgement_.note(Check::kReferenceIntact, Severity::kInfo, content.name);
    CoveredPart part{content.name, std::move(detached), {}};
    part.digest_algorithm = *signer_.digest;
    part.digest = found;
    part.signed_bytes = std::move(kept);
    judgement_.report().covers.push_back(std::move(part));
    return true;
  }

  void check_certificate() {
    if (!signer_.signing_time) {
      judgement_.note(Check::kSigningTimeAbsent, Severity::kWarn);
    }
    if (!signer_.has_signing_certificate) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kNoSigningCertificateFound,
                        Check::kSigningCertificateAbsent);
      return check_unnamed(evidence_.chain);
    }
    certificate_ = identify(signer_.certificate_ids, evidence_.chain, inputs_.policy, judgement_);
    if (certificate_) {
      check_value(*certificate_);
    }
    if (certificate_ && inputs_.judge_certificates) {
      judge_signature_algorithm(signer_.algorithm, proved_.signature.value_or(inputs_.at), inputs_.policy, judgement_);
      judge_path(*certificate_, evidence_, inputs_, proved_, judgement_);
    }
  }

  /// The SignerIdentifier is not signed, so nothing passes by it; whether the value fits is told all the same.
  void check_unnamed(const std::vector<auth::Certificate>& candidates) {
    const auto named = std::ranges::find_if(candidates, [&](const auth::Certificate& candidate) {
      return CMS_SignerInfo_cert_cmp(signer_.native, candidate.native()) == 0;
    });
    if (named == candidates.end()) {
      judgement_.note(Check::kSigningCertificateNotFound, Severity::kFail);
    } else if (signer_.has_signed_attributes) {
      check_value(*named);
    } else {
      check_value_of_content(X509_get0_pubkey(named->native()));
    }
  }

  /// RFC 5652 5.4 without signed attributes: the signature is over the content itself.
  void check_value_of_content(EVP_PKEY* key) {
    const Document* beside = inputs_.detached.size() == 1 ? &inputs_.detached.front() : nullptr;
    const auto algorithm = content_algorithm(signer_, key);
    if (!algorithm) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe,
                        Check::kSignatureAlgorithm, signer_.signature_oid);
      return;
    }
    const auto found = facts_.content      ? Result<Bytes>(digest(algorithm->digest, *facts_.content))
                       : beside != nullptr ? digest_of(algorithm->digest, *beside)
                                           : Result<Bytes>(fail(Code::kInputNotFound));
    if (!found) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kSignedDataNotFound, Check::kReferenceNotFound);
    } else if (!signature_fits(key, *algorithm, *found, content_signature(signer_, key))) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kSigCryptoFailure, Check::kSignatureValue,
                        signer_.signature_oid);
    }
  }

  /// RFC 5652 5.4: the signed attributes are digested with the tag of SET OF in the place of their own.
  void note_signed_digest() {
    const auto layout = read_layout(cms_);
    if (!layout || number_ >= layout->signers.size() || !signer_.digest) {
      return;
    }
    Bytes attributes = to_bytes(layout->signers[number_].signed_attributes);
    if (!attributes.empty()) {
      attributes.front() = der::tag::kSet;
      judgement_.report().signed_digest_algorithm = *signer_.digest;
      judgement_.report().signed_digest = digest(*signer_.digest, attributes);
    }
  }

  /// RFC 5652 5.6, second half, by OpenSSL: the signature over the signed attributes, DER-encoded anew.
  void check_value(const auth::Certificate& certificate) {
    if (CMS_SignerInfo_cert_cmp(signer_.native, certificate.native()) != 0) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kStructure,
                        "SignerIdentifier names another certificate than the signing-certificate attribute");
    }
    if (!type_of(X509_get0_pubkey(certificate.native()))) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe,
                        Check::kSignatureAlgorithm, signer_.signature_oid);
      return;
    }
    note_signed_digest();
    CMS_SignerInfo_set1_signer_cert(signer_.native, certificate.native());
    if (CMS_SignerInfo_verify(signer_.native) != 1) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kSigCryptoFailure, Check::kSignatureValue,
                        signer_.signature_oid);
    }
    ERR_clear_error();
    judgement_.done(Step::kValue);
  }

  ByteView cms_;
  std::size_t number_;
  CmsSigner& signer_;
  const CmsFacts& facts_;
  const VerifyInputs& inputs_;
  Judgement judgement_;
  ProvedTimes proved_;
  /// What was given and what the file carries.
  auth::ValidationInputs evidence_;
  std::optional<auth::Certificate> certificate_;
};

/// Counter-signatures stand in unsigned attributes, each reported after the signature that it confirms.
Result<void> add_counter_signatures(const CmsSignerLayout& layout, const CmsSigner& signer, const VerifyInputs& inputs,
                                    VerifyReport& report) {
  const auto counters = read_counter_signers(layout, signer.id);
  if (std::ssize(report.signatures) + std::ssize(counters) > inputs.policy.limits.signatures) {
    return fail(Code::kCmsMalformed, fmt::format("more than {} signatures", inputs.policy.limits.signatures));
  }
  for (const CounterSigner& counter : counters) {
    report.signatures.push_back(judge_counter_signature(counter, signer.carried, inputs));
  }
  return {};
}

}  // namespace

Result<VerifyReport> verify_cades(ByteView cms, const VerifyInputs& inputs) {
  SHOMEI_TRY(CmsFacts facts, read_cms(cms, inputs.policy.limits));
  const auto layout = read_layout(cms);
  VerifyReport report;
  for (std::size_t i = 0; i < facts.signers.size(); ++i) {
    SignatureReport signature;
    signature.format = Format::kCades;
    SHOMEI_TRY(CadesJudge(cms, i, facts, inputs, signature).run());
    report.signatures.push_back(std::move(signature));
    if (layout && i < layout->signers.size()) {
      SHOMEI_TRY(add_counter_signatures(layout->signers[i], facts.signers[i], inputs, report));
    }
  }
  return report;
}

}  // namespace shomei::signing
