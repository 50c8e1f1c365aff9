#include "signing/xades/prescription_build.h"

#include <fmt/chrono.h>

#include "signing/xades/survival.h"
#include "signing/xades/xades_write.h"
#include "signing/xml/xml_scan.h"
#include "signing/xml/xmldsig_facts.h"

namespace shomei::signing {
namespace {

constexpr std::string_view kInstance = "http://www.w3.org/2001/XMLSchema-instance";

/// Lines of 76 characters (RFC 2045 6.8), each with its end, as the service's own documents have them.
std::string base64_lines(ByteView bytes) {
  const std::string all = to_base64(bytes);
  std::string lines;
  for (std::size_t at = 0; at < all.size(); at += 76) {
    lines += all.substr(at, 76) + '\n';
  }
  return lines;
}

/// RFC 4122 4.4.
std::string new_uuid() {
  Bytes random = random_bytes(16);
  random[6] = static_cast<std::uint8_t>((random[6] & 0x0F) | 0x40);
  random[8] = static_cast<std::uint8_t>((random[8] & 0x3F) | 0x80);
  const std::string hex = to_hex(random);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

std::string new_id(std::string_view what) {
  return fmt::format("id{}-{}", to_hex(random_bytes(4)), what);
}

/// The document around its signature.
struct Shell {
  std::string before;
  std::string after;
  /// Id of the Signature, and of the element that it covers.
  std::string sign;
  std::string part;
};

std::string opening(std::string_view schema) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns:xsi=\"{}\" id=\"Document\" "
      "xsi:noNamespaceSchemaLocation=\"{}\">",
      kInstance, schema);
}

std::string document_part(std::string_view name, ByteView csv) {
  return fmt::format("<{0} id=\"{0}\">{1}</{0}>", name, to_base64(csv));
}

Shell prescription_shell(ByteView csv) {
  return {.before = fmt::format("{}<Prescription><PrescriptionManagement id=\"PrescriptionManagement\"><Version "
                                "Value=\"EPS1.0\"/><PrescriptionId Value=\"{}\"/></PrescriptionManagement>{}"
                                "<PrescriptionSign>",
                                opening("EP.xsd"), new_uuid(), document_part("PrescriptionDocument", csv)),
          .after = "</PrescriptionSign></Prescription></Document>",
          .sign = "PrescriptionSign",
          .part = "PrescriptionDocument"};
}

bool is_plain(const xmlNode* node, std::string_view name) {
  return node != nullptr && node->ns == nullptr && local_name(node) == name;
}

/// xmlns declarations of the elements around the prescription that the dispensing document does not make itself.
std::string declarations(const xmlNode* document, const xmlNode* prescription) {
  std::string all;
  for (const xmlNode* node : {document, prescription}) {
    for (const xmlNs* space = node->nsDef; space != nullptr; space = space->next) {
      const std::string_view uri = reinterpret_cast<const char*>(space->href);
      const std::string name =
          space->prefix == nullptr ? "" : fmt::format(":{}", reinterpret_cast<const char*>(space->prefix));
      if (name != ":xsi" || uri != kInstance) {
        all += fmt::format(" xmlns{}=\"{}\"", name, escaped(uri));
      }
    }
  }
  return all;
}

/// One past the ">" of the tag at `at`; quoted values may hold one.
std::size_t end_of_tag(std::string_view xml, std::size_t at) {
  char quote = 0;
  for (; at < xml.size(); ++at) {
    if (quote != 0) {
      quote = xml[at] == quote ? '\0' : quote;
    } else if (xml[at] == '"' || xml[at] == '\'') {
      quote = xml[at];
    } else if (xml[at] == '>') {
      return at + 1;
    }
  }
  return xml.size();
}

/// ReferencePrescription with all that stands in Document/Prescription, byte for byte.
Result<std::string> reference_prescription(ByteView signed_prescription, const Limits& limits) {
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(signed_prescription, limits));
  const xmlNode* root = xmlDocGetRootElement(parsed.get());
  const auto inside = child_elements(root);
  if (!is_plain(root, "Document") || inside.size() != 1 || !is_plain(inside.front(), "Prescription") ||
      elements(parsed.get(), ns::kDs, "Signature").empty()) {
    return fail(Code::kSignUnsupported, "not a signed prescription (Document/Prescription with its signature)");
  }
  SHOMEI_TRY(const XmlOutline outer, scan_xml(signed_prescription, limits));
  const std::string_view xml = as_text(signed_prescription);
  const std::size_t begin = end_of_tag(xml, outer.root_begin);
  const std::string_view content = xml.substr(begin, outer.root_content_end - begin);
  SHOMEI_TRY(const XmlOutline inner, scan_xml(as_bytes(content), limits));
  const std::size_t inner_begin = end_of_tag(content, inner.root_begin);
  return fmt::format("<ReferencePrescription{}>{}</ReferencePrescription>", declarations(root, inside.front()),
                     content.substr(inner_begin, inner.root_content_end - inner_begin));
}

Result<Shell> dispensing_shell(ByteView csv, const SignRequest& request, const Limits& limits) {
  if (!request.prescription) {
    return fail(Code::kSignUnsupported, "a dispensing document (CJ) needs the prescription that it dispenses");
  }
  SHOMEI_TRY(const Bytes prescription, whole(*request.prescription, request.max_xml_bytes));
  SHOMEI_TRY(const std::string reference, reference_prescription(prescription, limits));
  Shell shell{.before = fmt::format("{}<DispensingManagement id=\"DispensingManagement\"><Version Value=\"EPD1.0\"/>"
                                    "<DispensingId Value=\"{}\"/></DispensingManagement><Dispensing id=\"Dispensing\">"
                                    "{}{}</Dispensing><DispensingSign>",
                                    opening("ED.xsd"), new_uuid(), reference, document_part("DispensingDocument", csv)),
              .after = "</DispensingSign></Document>",
              .sign = "DispensingSign",
              .part = "Dispensing"};
  SHOMEI_TRY(signatures_survive(prescription, as_bytes(shell.before + shell.after), limits));
  return shell;
}

/// Inclusive C14N of the element with that id, where it stands (XML-DSig 4.4.3.2).
Result<Bytes> digest_of_part(const Shell& shell, DigestAlgorithm algorithm, const Limits& limits) {
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(as_bytes(shell.before + shell.after), limits));
  const IdIndex::Found part = IdIndex(parsed.get()).find(shell.part);
  if (part.element == nullptr || part.ambiguous) {
    return fail(Code::kSignUnsupported, "the prescription uses the id " + shell.part);
  }
  WorkBudget budget(limits.work);
  DigestStream stream(algorithm);
  SHOMEI_TRY(canonicalize({.document = parsed.get(), .apex = part.element}, {}, budget,
                          [&](ByteView piece) { stream.update(piece); }));
  return stream.finish();
}

/// The parts of ds:Signature in the service's form.
class SignatureWriter {
 public:
  SignatureWriter(const Shell& shell, const SignerCertificate& certificate, Time now)
      : shell_(shell), certificate_(certificate), now_(now) {}

  Result<SignatureText> write(ByteView part_digest) const {
    const std::string info = key_info();
    const std::string properties = object();
    SHOMEI_TRY(const Bytes info_digest, digest_of_element(algorithm(), around(info), ns::kDs, "KeyInfo"));
    SHOMEI_TRY(const Bytes properties_digest,
               digest_of_element(algorithm(), around(properties), ns::kXades, "SignedProperties"));
    const std::string signed_info = fmt::format(
        "<xs:SignedInfo Id=\"{}\"><xs:CanonicalizationMethod Algorithm=\"{}\"/><xs:SignatureMethod "
        "Algorithm=\"{}\"/>{}{}{}</xs:SignedInfo>",
        new_id("SignedInfo"), kExclusiveC14n, signature_uri(certificate_.algorithm),
        reference("Reference1-Detached", "", shell_.part, part_digest),
        reference("Reference2-KeyInfo", "", key_info_id_, info_digest),
        reference("Reference3-SignedProperties", kSignedPropertiesType, properties_id_, properties_digest));
    SHOMEI_TRY(Bytes digest, digest_of_element(algorithm(), around(signed_info), ns::kDs, "SignedInfo"));
    return SignatureText{std::move(digest),
                         fmt::format("<xs:Signature xmlns:xs=\"{}\" Id=\"{}\">{}<xs:SignatureValue Id=\"{}\">", ns::kDs,
                                     shell_.sign, signed_info, new_id("SignatureValue")),
                         fmt::format("</xs:SignatureValue>{}{}</xs:Signature>", info, properties)};
  }

 private:
  DigestAlgorithm algorithm() const { return certificate_.algorithm.digest; }

  static std::string around(std::string_view inside) {
    return fmt::format("<xs:Signature xmlns:xs=\"{}\">{}</xs:Signature>", ns::kDs, inside);
  }

  std::string digest_lines(ByteView digest) const {
    return fmt::format("<xs:DigestMethod Algorithm=\"{}\"/><xs:DigestValue>{}</xs:DigestValue>",
                       digest_uri(algorithm()), base64_lines(digest));
  }

  std::string key_info() const {
    return fmt::format(
        "<xs:KeyInfo Id=\"{}\"><xs:X509Data><xs:X509Certificate>{}</xs:X509Certificate></xs:X509Data>"
        "</xs:KeyInfo>",
        key_info_id_, base64_lines(certificate_.der));
  }

  std::string object() const {
    return fmt::format(
        "<xs:Object xmlns:xa=\"{}\"><xa:QualifyingProperties Id=\"{}\" Target=\"#{}\"><xa:SignedProperties Id=\"{}\">"
        "<xa:SignedSignatureProperties><xa:SigningTime>{:%Y-%m-%dT%H:%M:%S}+00:00</xa:SigningTime>"
        "<xa:SigningCertificateV2><xa:Cert><xa:CertDigest>{}</xa:CertDigest></xa:Cert></xa:SigningCertificateV2>"
        "</xa:SignedSignatureProperties></xa:SignedProperties></xa:QualifyingProperties></xs:Object>",
        ns::kXades, new_id("QualifyingProperties"), shell_.sign, properties_id_, now_,
        digest_lines(digest(algorithm(), certificate_.der)));
  }

  /// No Transforms for the document part, exclusive C14N for what belongs to the signature.
  std::string reference(std::string_view id, std::string_view type, const std::string& target, ByteView digest) const {
    const bool own = target != shell_.part;
    return fmt::format(
        "<xs:Reference Id=\"{}\"{} URI=\"#{}\">{}{}</xs:Reference>", new_id(id),
        type.empty() ? "" : fmt::format(" Type=\"{}\"", type), target,
        own ? fmt::format("<xs:Transforms><xs:Transform Algorithm=\"{}\"/></xs:Transforms>", kExclusiveC14n) : "",
        digest_lines(digest));
  }

  const Shell& shell_;
  const SignerCertificate& certificate_;
  Time now_;
  std::string key_info_id_ = new_id("KeyInfo");
  std::string properties_id_ = new_id("SignedProperties");
};

Result<void> check(const SignRequest& request) {
  if (request.format != Format::kXades || request.relation != Relation::kFirst || !request.manifest.empty() ||
      request.shown) {
    return fail(
        Code::kSignUnsupported,
        "an electronic prescription has one form: XAdES, without manifest, further signatures and what was shown");
  }
  return {};
}

}  // namespace

Result<Prepared> prepare_prescription(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  SHOMEI_TRY(check(request));
  Limits limits;
  limits.xml_bytes = 4 * request.max_xml_bytes;
  SHOMEI_TRY(const Bytes csv, whole(request.document, request.max_xml_bytes));
  SHOMEI_TRY(const char record, prescription_record(csv));
  if (record == 'S' && request.prescription) {
    return fail(Code::kSignUnsupported, "the CSV is a prescription (SJ) itself; only a dispensing (CJ) holds another");
  }
  SHOMEI_TRY(const Shell shell,
             record == 'S' ? Result<Shell>(prescription_shell(csv)) : dispensing_shell(csv, request, limits));
  SHOMEI_TRY(const Bytes part_digest, digest_of_part(shell, certificate.algorithm.digest, limits));
  SHOMEI_TRY(SignatureText text, SignatureWriter(shell, certificate, now).write(part_digest));
  Prepared prepared;
  prepared.digest = text.digest;
  prepared.assemble = [before = shell.before + text.before, after = text.after + shell.after](ByteView value) {
    return to_bytes(as_bytes(before + base64_lines(value) + after));
  };
  return prepared;
}

}  // namespace shomei::signing
