#include "signing/report/etsi_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "auth/x509/certificate.h"
#include "signing/report/etsi_objects.h"
#include "signing/report/report_words.h"
#include "signing/signature_algorithm.h"

namespace shomei::signing {
namespace {

/// The element of TS 119 102-2 annex A for a time stamp; nothing where there is none.
struct StampElement {
  std::string_view type;
  Literal open;
  Literal close;
};
constexpr auto kStampElements = std::to_array<StampElement>({
    {"SignatureTimeStamp", "<SignatureTimeStamp Signed=\"false\">", "</SignatureTimeStamp>"},
    {"signature-time-stamp", "<SignatureTimeStamp Signed=\"false\">", "</SignatureTimeStamp>"},
    {"AllDataObjectsTimeStamp", "<AllDataObjectsTimeStamp Signed=\"true\">", "</AllDataObjectsTimeStamp>"},
    {"content-time-stamp", "<AllDataObjectsTimeStamp Signed=\"true\">", "</AllDataObjectsTimeStamp>"},
    {"IndividualDataObjectsTimeStamp", "<IndividualDataObjectsTimeStamp Signed=\"true\">",
     "</IndividualDataObjectsTimeStamp>"},
    {"SigAndRefsTimeStamp", "<SigAndRefsTimeStamp Signed=\"false\">", "</SigAndRefsTimeStamp>"},
    {"SigAndRefsTimeStampV2", "<SigAndRefsTimeStamp Signed=\"false\">", "</SigAndRefsTimeStamp>"},
    {"CAdES-C-time-stamp", "<SigAndRefsTimeStamp Signed=\"false\">", "</SigAndRefsTimeStamp>"},
    {"RefsOnlyTimeStamp", "<RefsOnlyTimeStamp Signed=\"false\">", "</RefsOnlyTimeStamp>"},
    {"RefsOnlyTimeStampV2", "<RefsOnlyTimeStamp Signed=\"false\">", "</RefsOnlyTimeStamp>"},
    {"time-stamped-certs-crls-references", "<RefsOnlyTimeStamp Signed=\"false\">", "</RefsOnlyTimeStamp>"},
});
constexpr StampElement kArchiveElement{"", "<ArchiveTimeStamp Signed=\"false\">", "</ArchiveTimeStamp>"};

const StampElement* stamp_element(std::string_view type) {
  if (is_archive_stamp(type)) {
    return &kArchiveElement;
  }
  const auto row = std::ranges::find(kStampElements, type, &StampElement::type);
  return row == kStampElements.end() ? nullptr : &*row;
}

/// An algorithm as anyURI: known XML identifiers as they are, object identifiers by RFC 3061; nothing for others, which
/// may be anything that stood in a file.
std::optional<std::string> algorithm_uri(std::string_view identifier) {
  if (signature_algorithm_from_uri(identifier)) {
    return std::string(identifier);
  }
  const bool oid = !identifier.empty() && identifier.front() >= '0' && identifier.front() <= '2' &&
                   identifier.find_first_not_of("0123456789.") == std::string_view::npos;
  return oid ? std::optional(fmt::format("urn:oid:{}", identifier)) : std::nullopt;
}

class SignatureElement {
 public:
  SignatureElement(const VerifyReport& report, std::size_t index, const EtsiObjects& objects, Language language)
      : report_(report),
        signature_(report.signatures.at(index)),
        index_(index),
        objects_(objects),
        language_(language) {}

  Markup whole() const {
    Markup content = identifier();
    content += constraints();
    content += times();
    content += document();
    content += attributes();
    content += signer();
    content += process();
    content += status_of_signature(signature_.indication, signature_.sub_indication, data());
    return element("SignatureValidationReport", content);
  }

 private:
  /// 4.3.3; the digest is that of the data to be signed representation.
  Markup identifier() const {
    Markup content;
    if (!signature_.signed_digest.empty()) {
      content += digest_and_value(signature_.signed_digest_algorithm, signature_.signed_digest);
    }
    if (!signature_.signature_value.empty()) {
      content += element("ds:SignatureValue", Piece::base64(signature_.signature_value));
    }
    content += fill("<HashOnly>false</HashOnly><DocHashOnly>false</DocHashOnly><DAIdentifier>{}</DAIdentifier>",
                    {signature_.id.empty() ? report_.file : report_.file + "#" + signature_.id});
    return fill("<SignatureIdentifier id=\"signature-{}\">{}</SignatureIdentifier>", {index_ + 1, content});
  }

  /// 4.3.5: the policy, and every finding as a constraint.
  Markup constraints() const {
    Markup content = fill(
        "<SignatureValidationPolicy><SignaturePolicyIdentifier><XAdES:SignaturePolicyImplied/>"
        "</SignaturePolicyIdentifier><PolicyName>Shomei, profile {}; revocation data: {}</PolicyName>"
        "</SignatureValidationPolicy>",
        {signature_.profile, freshness_words(signature_.freshness).en});
    for (const Finding& finding : signature_.findings) {
      content += constraint(finding);
    }
    return element("ValidationConstraintsEvaluationReport", content);
  }

  Markup constraint(const Finding& finding) const {
    const Indication indication = finding.severity != Severity::kFail                 ? Indication::kTotalPassed
                                  : signature_.indication == Indication::kTotalFailed ? Indication::kTotalFailed
                                                                                      : Indication::kIndeterminate;
    const bool ja = language_ == Language::kJa;
    const std::string& advice = ja ? finding.advice_ja : finding.advice_en;
    const std::string text =
        (ja ? finding.text_ja : finding.text_en) + (advice.empty() ? "" : (ja ? "。" : ". ") + advice);
    const Literal main = indication == Indication::kTotalPassed   ? Literal("passed")
                         : indication == Indication::kTotalFailed ? Literal("failed")
                                                                  : Literal("indeterminate");
    return fill(
        "<ValidationConstraint><ValidationConstraintIdentifier>urn:x-shomei:check:{}</ValidationConstraintIdentifier>"
        "<ConstraintStatus><Status>urn:etsi:019102:constraintStatus:applied</Status></ConstraintStatus>"
        "<ValidationStatus><MainIndication>urn:etsi:019102:mainindication:{}</MainIndication></ValidationStatus>"
        "<Indications severity=\"{}\" xml:lang=\"{}\">{}</Indications></ValidationConstraint>",
        {finding.check, Markup(main), name(finding.severity), ja ? "ja" : "en", text});
  }

  /// 4.3.6; without a proof the signature is known to exist since the validation (NOTE of 4.3.6.1).
  Markup times() const {
    Markup content = element("ValidationTime", to_rfc3339(report_.at));
    content += element("BestSignatureTime", objects_.proof(signature_.best_signature_time.value_or(report_.at)));
    return element("ValidationTimeInfo", content);
  }

  Markup document() const {
    const std::string ids = objects_.ids_of_covered(index_);
    if (ids.empty()) {
      return {};
    }
    Markup content;
    if (signature_.covers.size() == 1 && !signature_.covers.front().digest.empty()) {
      content += digest_and_value(signature_.covers.front().digest_algorithm, signature_.covers.front().digest);
    }
    content += reference("SignersDocumentRepresentation", ids);
    return element("SignersDocument", content);
  }

  Markup attributes() const {
    Markup content;
    if (signature_.claimed_signing_time) {
      content += fill("<SigningTime Signed=\"true\"><Time>{}</Time></SigningTime>",
                      {to_rfc3339(*signature_.claimed_signing_time)});
    }
    if (signature_.signer) {
      content += fill("<SigningCertificate Signed=\"true\">{}</SigningCertificate>",
                      {reference("AttributeObject", *objects_.id_of(signature_.signer->certificate_sha256))});
    }
    for (const TimestampReport& stamp : signature_.timestamps) {
      const StampElement* row = stamp_element(stamp.type);
      if (row != nullptr && stamp.time) {
        const auto id = objects_.id_of(stamp.sha256);
        content += row->open;
        content += id ? reference("AttributeObject", *id) : Markup();
        content += element("TimeStampValue", to_rfc3339(*stamp.time));
        content += row->close;
      }
    }
    return content.empty() ? Markup() : element("SignatureAttributes", content);
  }

  Markup signer() const {
    if (!signature_.signer) {
      return {};
    }
    Markup content = reference("SignerCertificate", *objects_.id_of(signature_.signer->certificate_sha256));
    content += element("Signer", both_names(*signature_.signer));
    return element("SignerInformation", content);
  }

  /// 4.3.11; the process that fits what the signature holds.
  Markup process() const {
    const Literal id = signature_.level == Level::kLTA ? Literal("LTA")
                       : signature_.level == Level::kB ? Literal("Basic")
                                                       : Literal("LTVM");
    return fill(
        "<SignatureValidationProcess><SignatureValidationProcessID>urn:etsi:019102:validationprocess:{}"
        "</SignatureValidationProcessID></SignatureValidationProcess>",
        {Markup(id)});
  }

  /// 4.3.12: chain, revocation, algorithm.
  Markup data() const {
    Markup content = chain();
    if (signature_.revoked_at && signature_.signer) {
      content +=
          fill("<RevocationStatusInformation>{}<RevocationTime>{}</RevocationTime>{}</RevocationStatusInformation>",
               {reference("ValidationObjectId", *objects_.id_of(signature_.signer->certificate_sha256)),
                to_rfc3339(*signature_.revoked_at), reason()});
    }
    if (const auto algorithm = algorithm_uri(signature_.algorithm)) {
      const bool secure = !signature_.algorithm_not_after || report_.at <= *signature_.algorithm_not_after;
      content += fill(
          "<CryptoInformation>{}<Algorithm>{}</Algorithm><SecureAlgorithm>{}</SecureAlgorithm>{}"
          "</CryptoInformation>",
          {reference("ValidationObjectId", fmt::format("signature-{}", index_ + 1)), *algorithm,
           secure ? "true" : "false",
           signature_.algorithm_not_after ? element("NotAfter", to_rfc3339(*signature_.algorithm_not_after))
                                          : Markup()});
    }
    return content.empty() ? Markup() : element("AssociatedValidationReportData", content);
  }

  Markup reason() const {
    constexpr auto kReasons = std::to_array<std::string_view>(
        {"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
         "certificateHold", "removeFromCRL", "privilegeWithdrawn", "aACompromise"});
    const bool known = std::ranges::find(kReasons, signature_.revocation_reason) != kReasons.end();
    return known ? fill("<RevocationReason>urn:etsi:019102:revocationReason:{}</RevocationReason>",
                        {signature_.revocation_reason})
                 : Markup();
  }

  /// From the signer's certificate on, the certificates whose names follow each other, up to a self-issued one.
  Markup chain() const {
    if (!signature_.signer) {
      return {};
    }
    std::vector<auth::Certificate> certificates;
    for (const ValidationObject& object : signature_.objects) {
      if (auto parsed = auth::Certificate::parse(object.der);
          parsed && object.kind == ValidationObject::Kind::kCertificate) {
        certificates.push_back(*std::move(parsed));
      }
    }
    const auto named = [&](auto&& wanted) { return std::ranges::find_if(certificates, wanted); };
    auto at =
        named([&](const auth::Certificate& c) { return c.facts().sha256 == signature_.signer->certificate_sha256; });
    Markup content = reference("SigningCertificate", *objects_.id_of(signature_.signer->certificate_sha256));
    for (std::size_t steps = 0; at != certificates.end() && steps < certificates.size(); ++steps) {
      const std::string issuer = at->facts().issuer;
      at = named([&](const auth::Certificate& c) { return c.facts().subject == issuer; });
      if (at == certificates.end()) {
        break;
      }
      const std::string id = *objects_.id_of(at->facts().sha256);
      if (at->facts().self_issued) {
        content += reference("TrustAnchor", id);
        break;
      }
      content += reference("IntermediateCertificate", id);
    }
    return element("CertificateChain", content);
  }

  const VerifyReport& report_;
  const SignatureReport& signature_;
  std::size_t index_;
  const EtsiObjects& objects_;
  Language language_;
};

}  // namespace

std::string etsi_report(const VerifyReport& report, Language language) {
  const EtsiObjects objects(report);
  Markup content;
  for (std::size_t i = 0; i < report.signatures.size(); ++i) {
    content += SignatureElement(report, i, objects, language).whole();
  }
  if (report.signatures.empty()) {
    content += element("SignatureValidationReport", status_of_signature(report.indication, report.sub_indication, {}));
  }
  content += objects.whole();
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
         fill(
             "<ValidationReport xmlns=\"http://uri.etsi.org/19102/v1.2.1#\" "
             "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" "
             "xmlns:XAdES=\"http://uri.etsi.org/01903/v1.3.2#\">{}</ValidationReport>\n",
             {content})
             .str();
}

}  // namespace shomei::signing
