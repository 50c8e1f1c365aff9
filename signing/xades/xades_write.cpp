#include "signing/xades/xades_write.h"

#include <fmt/format.h>

#include "signing/xml/xmldsig_facts.h"

namespace shomei::signing {
namespace {

/// "ID-reference", "ID-reference-2", …
std::string reference_id(const std::string& id, std::size_t index) {
  return index == 0 ? id + "-reference" : fmt::format("{}-reference-{}", id, index + 1);
}

std::string data_objects_xml(const SignatureParts& parts) {
  std::string xml;
  for (std::size_t i = 0; i < parts.parts.size(); ++i) {
    if (!parts.parts[i].media_type.empty()) {
      xml += fmt::format(
          "<xades:DataObjectFormat ObjectReference=\"#{}\"><xades:MimeType>{}</xades:MimeType>"
          "</xades:DataObjectFormat>",
          reference_id(parts.id, i), escaped(parts.parts[i].media_type));
    }
  }
  return xml.empty() ? xml : "<xades:SignedDataObjectProperties>" + xml + "</xades:SignedDataObjectProperties>";
}

std::string properties_xml(const SignatureParts& parts, const SignerCertificate& certificate, Time now) {
  const DigestAlgorithm algorithm = certificate.algorithm.digest;
  return fmt::format(
      "<ds:Object><xades:QualifyingProperties xmlns:xades=\"{0}\" Target=\"#{1}\"><xades:SignedProperties "
      "Id=\"{1}-properties\"><xades:SignedSignatureProperties><xades:SigningTime>{2}</xades:SigningTime>"
      "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{3}</xades:CertDigest><xades:IssuerSerialV2>{4}"
      "</xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>{5}"
      "</xades:SignedProperties></xades:QualifyingProperties></ds:Object>",
      ns::kXades, parts.id, to_rfc3339(now), digest_xml(algorithm, digest(algorithm, certificate.der)),
      to_base64(issuer_serial(certificate.parsed.get())), data_objects_xml(parts));
}

std::string reference_xml(const SignedPart& part, const std::string& id, DigestAlgorithm algorithm) {
  const std::string type = part.type.empty() ? "" : fmt::format(" Type=\"{}\"", part.type);
  const std::string transforms =
      part.transforms.empty() ? "" : fmt::format("<ds:Transforms>{}</ds:Transforms>", part.transforms);
  return fmt::format("<ds:Reference{}{} URI=\"{}\">{}{}</ds:Reference>",
                     id.empty() ? id : fmt::format(" Id=\"{}\"", id), type, escaped(part.uri), transforms,
                     digest_xml(algorithm, part.digest));
}

std::string signed_info_xml(const SignatureParts& parts, const SignerCertificate& certificate,
                            ByteView properties_digest) {
  std::string xml =
      fmt::format("<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{}\"/><ds:SignatureMethod Algorithm=\"{}\"/>",
                  kExclusiveC14n, signature_uri(certificate.algorithm));
  for (std::size_t i = 0; i < parts.parts.size(); ++i) {
    xml += reference_xml(parts.parts[i], reference_id(parts.id, i), certificate.algorithm.digest);
  }
  const SignedPart properties{.uri = fmt::format("#{}-properties", parts.id),
                              .type = std::string(kSignedPropertiesType),
                              .transforms = transform_xml(kExclusiveC14n),
                              .digest = to_bytes(properties_digest)};
  return xml + reference_xml(properties, "", certificate.algorithm.digest) + "</ds:SignedInfo>";
}

std::string key_info_xml(const SignerCertificate& certificate) {
  std::string xml = fmt::format("<ds:X509Certificate>{}</ds:X509Certificate>", to_base64(certificate.der));
  for (const Bytes& other : certificate.chain) {
    xml += fmt::format("<ds:X509Certificate>{}</ds:X509Certificate>", to_base64(other));
  }
  return "<ds:KeyInfo><ds:X509Data>" + xml + "</ds:X509Data></ds:KeyInfo>";
}

}  // namespace

std::string new_signature_id() {
  return "shomei-" + to_hex(random_bytes(8));
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string transform_xml(std::string_view algorithm) {
  return fmt::format("<ds:Transform Algorithm=\"{}\"/>", algorithm);
}

std::string digest_xml(DigestAlgorithm algorithm, ByteView digest) {
  return fmt::format("<ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue>", digest_uri(algorithm),
                     to_base64(digest));
}

std::string wrapped(const std::string& id, std::string_view inside) {
  return fmt::format("<ds:Signature xmlns:ds=\"{}\" Id=\"{}\">{}</ds:Signature>", ns::kDs, id, inside);
}

Result<Bytes> digest_of_element(DigestAlgorithm algorithm, std::string_view xml, std::string_view name_space,
                                std::string_view name, Limits limits) {
  limits.xml_bytes += 1 << 10;
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(as_bytes(xml), limits));
  const auto found = elements(parsed.get(), name_space, name);
  SHOMEI_CHECK(!found.empty());
  WorkBudget budget(limits.work);
  DigestStream stream(algorithm);
  SHOMEI_TRY(canonicalize({.document = parsed.get(), .apex = found.front()},
                          {.kind = Canonicalization::Kind::kExclusive}, budget,
                          [&](ByteView piece) { stream.update(piece); }));
  return stream.finish();
}

Result<SignatureText> signature_text(const SignatureParts& parts, const SignerCertificate& certificate, Time now) {
  const DigestAlgorithm algorithm = certificate.algorithm.digest;
  const std::string properties = properties_xml(parts, certificate, now);
  SHOMEI_TRY(const Bytes properties_digest,
             digest_of_element(algorithm, wrapped(parts.id, properties), ns::kXades, "SignedProperties"));
  const std::string signed_info = signed_info_xml(parts, certificate, properties_digest);
  SHOMEI_TRY(Bytes digest, digest_of_element(algorithm, wrapped(parts.id, signed_info), ns::kDs, "SignedInfo"));
  return SignatureText{
      std::move(digest),
      fmt::format("<ds:Signature xmlns:ds=\"{0}\" Id=\"{1}\">{2}<ds:SignatureValue Id=\"{1}-value\">", ns::kDs,
                  parts.id, signed_info),
      fmt::format("</ds:SignatureValue>{}{}{}</ds:Signature>", key_info_xml(certificate), parts.objects, properties)};
}

}  // namespace shomei::signing
