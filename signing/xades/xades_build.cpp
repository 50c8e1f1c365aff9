#include "signing/xades/xades_build.h"

#include <fmt/format.h>

#include "signing/xml/xml_scan.h"
#include "signing/xml/xmldsig_reference.h"

namespace shomei::signing {
namespace {

/// What the packaging decides: how the content is referred to, its digest, and the Object that holds it.
struct Content {
  std::string uri = {};
  std::string reference_type = {};
  std::vector<std::string_view> transforms = {};
  Bytes digest = {};
  std::string object = {};
};

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

std::string transforms_xml(const std::vector<std::string_view>& transforms) {
  std::string xml;
  for (const std::string_view algorithm : transforms) {
    xml += fmt::format("<ds:Transform Algorithm=\"{}\"/>", algorithm);
  }
  return xml.empty() ? xml : "<ds:Transforms>" + xml + "</ds:Transforms>";
}

std::string digest_xml(ByteView digest) {
  return fmt::format("<ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue>",
                     digest_uri(DigestAlgorithm::kSha256), to_base64(digest));
}

std::string signed_properties_xml(const std::string& id, const SignerCertificate& certificate,
                                  std::string_view media_type, Time now) {
  return fmt::format(
      "<xades:SignedProperties Id=\"{0}-properties\"><xades:SignedSignatureProperties>"
      "<xades:SigningTime>{1}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{2}"
      "</xades:CertDigest><xades:IssuerSerialV2>{3}</xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2>"
      "</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>"
      "<xades:DataObjectFormat ObjectReference=\"#{0}-reference\"><xades:MimeType>{4}</xades:MimeType>"
      "</xades:DataObjectFormat></xades:SignedDataObjectProperties></xades:SignedProperties>",
      id, to_rfc3339(now), digest_xml(sha256(certificate.der)), to_base64(issuer_serial(certificate.parsed.get())),
      escaped(media_type));
}

std::string signed_info_xml(const std::string& id, const Content& content, const SignerCertificate& certificate,
                            ByteView properties_digest) {
  const std::string type = content.reference_type.empty() ? "" : fmt::format(" Type=\"{}\"", content.reference_type);
  return fmt::format(
      "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{1}\"/><ds:SignatureMethod Algorithm=\"{2}\"/>"
      "<ds:Reference Id=\"{0}-reference\"{3} URI=\"{4}\">{5}{6}</ds:Reference>"
      "<ds:Reference Type=\"{7}\" URI=\"#{0}-properties\">{8}{9}</ds:Reference></ds:SignedInfo>",
      id, kExclusiveC14n, signature_uri(certificate.algorithm), type, escaped(content.uri),
      transforms_xml(content.transforms), digest_xml(content.digest), kSignedPropertiesType,
      transforms_xml({kExclusiveC14n}), digest_xml(properties_digest));
}

std::string key_info_xml(const SignerCertificate& certificate) {
  std::string xml = fmt::format("<ds:X509Certificate>{}</ds:X509Certificate>", to_base64(certificate.der));
  for (const Bytes& other : certificate.chain) {
    xml += fmt::format("<ds:X509Certificate>{}</ds:X509Certificate>", to_base64(other));
  }
  return "<ds:KeyInfo><ds:X509Data>" + xml + "</ds:X509Data></ds:KeyInfo>";
}

/// SHA-256 of the exclusive canonical form of the only element with that name. Exclusive, so it is the same wherever
/// the Signature will stand.
Result<Bytes> digest_of_element(std::string_view signature_xml, std::string_view name_space, std::string_view name,
                                Limits limits = {}) {
  limits.xml_bytes += 1 << 10;
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(as_bytes(signature_xml), limits));
  const auto found = elements(parsed.get(), name_space, name);
  SHOMEI_CHECK(!found.empty());
  WorkBudget budget(Limits{}.work);
  SHOMEI_TRY(const Bytes canonical, canonical_bytes({.document = parsed.get(), .apex = found.front()},
                                                    {.kind = Canonicalization::Kind::kExclusive}, budget));
  return sha256(canonical);
}

std::string wrapped(const std::string& id, std::string_view inside) {
  return fmt::format("<ds:Signature xmlns:ds=\"{}\" Id=\"{}\">{}</ds:Signature>", ns::kDs, id, inside);
}

std::string qualifying_properties_xml(const std::string& id, std::string_view signed_properties) {
  return fmt::format(
      "<ds:Object><xades:QualifyingProperties xmlns:xades=\"{}\" Target=\"#{}\">{}</xades:QualifyingProperties>"
      "</ds:Object>",
      ns::kXades, id, signed_properties);
}

Result<std::string> signature_xml(const std::string& id, const Content& content, std::string_view media_type,
                                  SigningKey& key, const SignerCertificate& certificate, Time now) {
  const std::string properties = qualifying_properties_xml(id, signed_properties_xml(id, certificate, media_type, now));
  SHOMEI_TRY(const Bytes properties_digest, digest_of_element(wrapped(id, properties), ns::kXades, "SignedProperties"));
  const std::string signed_info = signed_info_xml(id, content, certificate, properties_digest);
  SHOMEI_TRY(const Bytes digest, digest_of_element(wrapped(id, signed_info), ns::kDs, "SignedInfo"));
  SHOMEI_TRY(const Bytes value, sign_with(key, certificate, digest));
  return wrapped(id, fmt::format("{}<ds:SignatureValue Id=\"{}-value\">{}</ds:SignatureValue>{}{}{}", signed_info, id,
                                 to_base64(value), key_info_xml(certificate), content.object, properties));
}

Result<Bytes> canonical_digest(ByteView xml, const Limits& limits) {
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(xml, limits));
  if (!elements(parsed.get(), ns::kDs, "Signature").empty()) {
    return fail(Code::kSignUnsupported,
                "the document holds a signature already, which a second enveloped one would invalidate; use detached");
  }
  DigestStream stream(DigestAlgorithm::kSha256);
  WorkBudget budget(limits.work);
  SHOMEI_TRY(canonicalize({.document = parsed.get()}, {.kind = Canonicalization::Kind::kExclusive}, budget,
                          [&](ByteView piece) { stream.update(piece); }));
  return stream.finish();
}

std::string insert_into_root(ByteView xml, const XmlOutline& outline, std::string_view signature) {
  const std::string_view text = as_text(xml);
  const std::string_view before = text.substr(0, outline.root_content_end);
  return outline.root_is_empty
             ? fmt::format("{}>{}</{}>{}", before, signature, outline.root_name, text.substr(outline.root_end))
             : fmt::format("{}{}{}", before, signature, text.substr(outline.root_content_end));
}

bool is_xml(std::string_view media_type) {
  return media_type == "application/xml" || media_type == "text/xml" || media_type.ends_with("+xml");
}

/// XML that holds signatures is enveloped as bytes: theirs may refer to "" and would then mean our document.
Result<bool> can_stand_inside(ByteView bytes, std::string_view media_type, const Limits& limits) {
  if (!is_xml(media_type)) {
    return false;
  }
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(bytes, limits));
  return elements(parsed.get(), ns::kDs, "Signature").empty();
}

Result<Content> enveloping_content(const std::string& id, ByteView bytes, std::string_view media_type,
                                   const Limits& limits) {
  Content content{.uri = fmt::format("#{}-object", id), .reference_type = std::string(ns::kDs) + "Object"};
  SHOMEI_TRY(const bool as_elements, can_stand_inside(bytes, media_type, limits));
  if (!as_elements) {
    content.object = fmt::format("<ds:Object Id=\"{}-object\" MimeType=\"{}\" Encoding=\"{}\">{}</ds:Object>", id,
                                 escaped(media_type), kBase64Transform, to_base64(bytes));
    content.transforms = {kBase64Transform};
    content.digest = sha256(bytes);
    return content;
  }
  SHOMEI_TRY(const XmlOutline outline, scan_xml(bytes, limits));
  content.object = fmt::format("<ds:Object Id=\"{}-object\" MimeType=\"{}\">{}</ds:Object>", id, escaped(media_type),
                               as_text(bytes).substr(outline.root_begin, outline.root_end - outline.root_begin));
  content.transforms = {kExclusiveC14n};
  SHOMEI_TRY(content.digest, digest_of_element(wrapped(id, content.object), ns::kDs, "Object", limits));
  return content;
}

std::string media_type_of(const SignRequest& request) {
  const std::string_view name = request.document.name;
  if (!request.media_type.empty()) {
    return request.media_type;
  }
  if (name.ends_with(".xml") || request.packaging == Packaging::kEnveloped) {
    return "application/xml";
  }
  return name.ends_with(".json") ? "application/json" : "application/octet-stream";
}

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

}  // namespace

Result<Bytes> build_xades(const SignRequest& request, SigningKey& key, const SignerCertificate& certificate, Time now) {
  Limits limits;
  limits.xml_bytes = request.max_xml_bytes;
  const std::string id = "shomei-" + to_hex(random_bytes(8));
  const std::string media_type = media_type_of(request);
  if (request.packaging == Packaging::kDetached) {
    Content content{.uri = uri_of_file_name(request.document.name)};
    SHOMEI_TRY(content.digest, digest_of(DigestAlgorithm::kSha256, request.document));
    SHOMEI_TRY(const std::string xml, signature_xml(id, content, media_type, key, certificate, now));
    return to_bytes(as_bytes(std::string(kDeclaration) + xml + "\n"));
  }
  SHOMEI_TRY(const Bytes bytes, whole(request.document, request.max_xml_bytes));
  if (request.packaging == Packaging::kEnveloping) {
    SHOMEI_TRY(const Content content, enveloping_content(id, bytes, media_type, limits));
    SHOMEI_TRY(const std::string xml, signature_xml(id, content, media_type, key, certificate, now));
    return to_bytes(as_bytes(std::string(kDeclaration) + xml + "\n"));
  }
  Content content{.uri = "", .transforms = {kEnvelopedSignature, kExclusiveC14n}};
  SHOMEI_TRY(const XmlOutline outline, scan_xml(bytes, limits));
  SHOMEI_TRY(content.digest, canonical_digest(bytes, limits));
  SHOMEI_TRY(const std::string xml, signature_xml(id, content, media_type, key, certificate, now));
  return to_bytes(as_bytes(insert_into_root(bytes, outline, xml)));
}

}  // namespace shomei::signing
