#include "signing/cades/counter_signature.h"

#include <fmt/format.h>
#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/der.h"
#include "base/software_key.h"
#include "signing/cades/cades_build.h"
#include "signing/judge/judge.h"
#include "signing/judge/objects.h"
#include "signing/judge/stamps.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

constexpr std::string_view kContentType = "1.2.840.113549.1.9.3", kMessageDigest = "1.2.840.113549.1.9.4",
                           kSigningTime = "1.2.840.113549.1.9.5", kSigningCertificate = "1.2.840.113549.1.9.16.2.12",
                           kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
constexpr int kLevels = 3;

Result<std::string> algorithm_oid(ByteView identifier) {
  der::Reader outer(identifier);
  SHOMEI_TRY(der::Reader reader, outer.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element oid, reader.expect(tag::kOid));
  return der::oid_text(oid.value);
}

/// Key and digest of a signature algorithm's OID; rsaEncryption and id-ecPublicKey take the signer's digest algorithm.
std::optional<SignatureAlgorithm> algorithm_of(const std::string& oid, std::optional<DigestAlgorithm> digest) {
  const int nid = OBJ_txt2nid(oid.c_str());
  int md = NID_undef;
  int key = NID_undef;
  if (nid == NID_rsaEncryption) {
    key = nid;
  } else if (OBJ_find_sigid_algs(nid, &md, &key) == 1) {
    const ASN1_OBJECT* object = OBJ_nid2obj(md);
    std::array<char, 64> text{};
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    digest = digest_from_oid(text.data());
  }
  if (!digest || (key != NID_rsaEncryption && key != NID_X9_62_id_ecPublicKey)) {
    return std::nullopt;
  }
  return SignatureAlgorithm{key == NID_rsaEncryption ? KeyType::kRsa : KeyType::kEc, *digest};
}

Result<void> read_attribute(CmsSigner& signer, const CmsAttribute& attribute) {
  der::Reader reader(attribute.values.front());
  if (attribute.type == kContentType) {
    return fail(Code::kCmsMalformed, "a counter-signature with content-type");
  }
  if (attribute.type == kMessageDigest) {
    SHOMEI_TRY(const der::Element digest, reader.expect(tag::kOctetString));
    signer.message_digest = to_bytes(digest.value);
  } else if (attribute.type == kSigningTime) {
    SHOMEI_TRY(const der::Element time, reader.next());
    SHOMEI_TRY(signer.signing_time, parse_asn1_time(time.tag, as_text(time.value)));
  } else if (attribute.type == kSigningCertificate || attribute.type == kSigningCertificateV2) {
    return read_signing_certificate(signer, attribute.values.front(), attribute.type == kSigningCertificateV2);
  }
  return {};
}

/// RFC 5652 11.4: signed attributes are there, with a message-digest and without content-type.
Result<void> read_attributes(CmsSigner& signer, const CmsSignerLayout& layout) {
  std::set<std::string_view> seen;
  for (const CmsAttribute& attribute : layout.signed_list) {
    if (!seen.insert(attribute.type).second || attribute.values.size() != 1) {
      return fail(Code::kCmsMalformed, fmt::format("signed attribute {} twice or not with one value", attribute.type));
    }
    SHOMEI_TRY(read_attribute(signer, attribute));
  }
  return seen.contains(kMessageDigest) ? Result<void>() : fail(Code::kCmsMalformed, "no message-digest");
}

CounterSigner read_counter(const Result<CmsSignerLayout>& layout, std::string id, const std::string& confirms,
                           ByteView content) {
  CounterSigner counter;
  CmsSigner& facts = counter.facts;
  facts.id = std::move(id);
  counter.confirms = confirms;
  counter.content = to_bytes(content);
  if (!layout) {
    facts.malformed = layout.error().detail;
    return counter;
  }
  const auto digest_oid_text = algorithm_oid(layout->digest_algorithm);
  const auto signature_oid = algorithm_oid(layout->signature_algorithm);
  facts.digest = digest_oid_text ? digest_from_oid(*digest_oid_text) : std::nullopt;
  facts.signature_oid = signature_oid.value_or("");
  facts.has_signed_attributes = !layout->signed_list.empty();
  if (const auto read = read_attributes(facts, *layout); !read) {
    facts.malformed = describe(read.error());
  }
  counter.algorithm = algorithm_of(facts.signature_oid, facts.digest);
  counter.sid = to_bytes(layout->sid);
  counter.value = to_bytes(layout->signature_value);
  counter.signed_attributes = to_bytes(layout->signed_attributes);
  if (!counter.signed_attributes.empty()) {
    // RFC 5652 5.4: what is signed carries the tag of SET OF.
    counter.signed_attributes.front() = tag::kSet;
  }
  return counter;
}

void collect(const CmsSignerLayout& signer, const std::string& id, int levels, std::vector<CounterSigner>& all) {
  int number = 0;
  for (const CmsAttribute& attribute : signer.unsigned_list) {
    if (attribute.type != kCounterSignatureOid) {
      continue;
    }
    for (const ByteView value : attribute.values) {
      const std::string own = fmt::format("{}/counter-{}", id, ++number);
      const auto layout = read_signer_layout(value);
      all.push_back(read_counter(layout, own, id, signer.signature_value));
      if (layout && levels > 1) {
        collect(*layout, own, levels - 1, all);
      }
    }
  }
}

bool names(ByteView sid, X509* certificate) {
  if (sid.front() == tag::kSequence) {
    const Bytes own = der::wrap(tag::kSequence, {to_der<i2d_X509_NAME>(X509_get_issuer_name(certificate)),
                                                 to_der<i2d_ASN1_INTEGER>(X509_get0_serialNumber(certificate))});
    return std::ranges::equal(own, sid);
  }
  const ASN1_OCTET_STRING* key = X509_get0_subject_key_id(certificate);
  return key != nullptr &&
         std::ranges::equal(der::wrap(tag::context(0),
                                      {ASN1_STRING_get0_data(key), static_cast<std::size_t>(ASN1_STRING_length(key))}),
                            sid);
}

class CounterJudge {
 public:
  CounterJudge(const CounterSigner& counter, const CarriedEvidence& carried, const VerifyInputs& inputs,
               SignatureReport& report)
      : counter_(counter), carried_(carried), inputs_(inputs), judgement_(report) {}

  void run() {
    SignatureReport& report = judgement_.report();
    report.id = counter_.facts.id;
    report.format = Format::kCades;
    report.claimed_signing_time = counter_.facts.signing_time;
    report.signature_value = counter_.value;
    report.algorithm = counter_.facts.signature_oid;
    if (counter_.facts.malformed.empty()) {
      judgement_.done(Step::kFormat);
      check_content();
      check_certificate();
    } else {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kStructure,
                        counter_.facts.malformed);
    }
    judgement_.finish();
  }

 private:
  void check_content() {
    if (!counter_.facts.digest) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe,
                        Check::kReferenceAlgorithm);
      return;
    }
    judge_digest(*counter_.facts.digest, "message-digest", inputs_.at, inputs_.policy, judgement_);
    if (digest(*counter_.facts.digest, counter_.content) != counter_.facts.message_digest) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kHashFailure, Check::kCounterSignatureForeign,
                        counter_.confirms);
      return;
    }
    judgement_.done(Step::kReferences);
    judgement_.note(Check::kCounterSignature, Severity::kInfo, counter_.confirms);
    CoveredPart part{counter_.confirms, std::nullopt, {}};
    part.digest_algorithm = *counter_.facts.digest;
    part.digest = counter_.facts.message_digest;
    if (inputs_.keep_signed_bytes) {
      part.signed_bytes = counter_.content;
    }
    judgement_.report().covers.push_back(std::move(part));
  }

  void check_certificate() {
    if (!counter_.facts.signing_time) {
      judgement_.note(Check::kSigningTimeAbsent, Severity::kWarn);
    }
    const auth::ValidationInputs evidence = with_carried(inputs_.evidence, carried_, judgement_);
    if (!counter_.facts.has_signing_certificate) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kNoSigningCertificateFound,
                        Check::kSigningCertificateAbsent);
      return;
    }
    const auto certificate = identify(counter_.facts.certificate_ids, evidence.chain, inputs_.policy, judgement_);
    if (!certificate) {
      return;
    }
    check_value(certificate->native());
    if (inputs_.judge_certificates) {
      // Time stamps of its own are not looked at: it is judged at the validation time.
      ProvedTimes proved(inputs_.at);
      judge_path(*certificate, evidence, inputs_, proved, judgement_);
      finish_objects(carried_, proved.proofs, judgement_.report());
    }
  }

  void check_value(X509* certificate) {
    if (!names(counter_.sid, certificate)) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kStructure,
                        "SignerIdentifier names another certificate than the signing-certificate attribute");
    }
    EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (!counter_.algorithm || type_of(key) != counter_.algorithm->key) {
      judgement_.decide(Indication::kIndeterminate, SubIndication::kCryptoConstraintsFailureNoPoe,
                        Check::kSignatureAlgorithm, counter_.facts.signature_oid);
      return;
    }
    judge_digest(counter_.algorithm->digest, "signature", inputs_.at, inputs_.policy, judgement_);
    judge_signature_algorithm(*counter_.algorithm, inputs_.at, inputs_.policy, judgement_);
    const Bytes over = digest(counter_.algorithm->digest, counter_.signed_attributes);
    const auto value = counter_.algorithm->key == KeyType::kEc
                           ? ecdsa_raw(counter_.value, static_cast<std::size_t>((EVP_PKEY_get_bits(key) + 7) / 8))
                           : Result<Bytes>(counter_.value);
    if (!value || !signature_fits(key, *counter_.algorithm, over, *value)) {
      judgement_.decide(Indication::kTotalFailed, SubIndication::kSigCryptoFailure, Check::kSignatureValue,
                        counter_.facts.signature_oid);
    }
    judgement_.done(Step::kValue);
  }

  const CounterSigner& counter_;
  const CarriedEvidence& carried_;
  const VerifyInputs& inputs_;
  Judgement judgement_;
};

}  // namespace

std::vector<CounterSigner> read_counter_signers(const CmsSignerLayout& signer, const std::string& id) {
  std::vector<CounterSigner> all;
  collect(signer, id, kLevels, all);
  return all;
}

SignatureReport judge_counter_signature(const CounterSigner& counter, const CarriedEvidence& carried,
                                        const VerifyInputs& inputs) {
  SignatureReport report;
  CounterJudge(counter, carried, inputs, report).run();
  return report;
}

}  // namespace shomei::signing
