#include "signing/xades/xades_build.h"

#include <fmt/format.h>

#include "signing/shown.h"
#include "signing/xades/manifest.h"
#include "signing/xades/survival.h"
#include "signing/xades/xades_write.h"
#include "signing/xml/xml_scan.h"
#include "signing/xml/xmldsig_reference.h"

namespace shomei::signing {
namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The transform of an enveloped signature that leaves room for others: every ds:Signature is left out (XPath Filter 2,
/// which verifiers answer in one pass; the same in XPath 1.0 takes them quadratic time).
std::string without_signatures_xml() {
  return fmt::format(
      "<ds:Transform Algorithm=\"{0}\"><XPath xmlns=\"{0}\" Filter=\"subtract\">//ds:Signature</XPath>"
      "</ds:Transform>",
      kXPathFilter2);
}

Result<Bytes> canonical_digest(ByteView xml, DigestAlgorithm algorithm, bool parallel, const Limits& limits) {
  SHOMEI_TRY(const OwnedXmlDoc parsed, parse_xml(xml, limits));
  if (!parallel && !elements(parsed.get(), ns::kDs, "Signature").empty()) {
    return fail(
        Code::kSignUnsupported,
        "the document holds a signature already, which a second enveloped one would invalidate; confirm it with "
        "--countersign, sign beside it (--packaging detached), or make the first one with --parallel");
  }
  DigestStream stream(algorithm);
  WorkBudget budget(limits.work);
  SHOMEI_TRY(canonicalize({.document = parsed.get(), .without_signatures = parallel},
                          {.kind = Canonicalization::Kind::kExclusive}, budget,
                          [&](ByteView piece) { stream.update(piece); }));
  return stream.finish();
}

Bytes joined(std::initializer_list<std::string_view> parts) {
  Bytes all;
  std::size_t size = 0;
  for (const std::string_view part : parts) {
    size += part.size();
  }
  all.reserve(size);
  for (const std::string_view part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Bytes insert_into_root(ByteView xml, const XmlOutline& outline, std::string_view signature) {
  const std::string_view text = as_text(xml);
  const std::string_view before = text.substr(0, outline.root_content_end);
  return outline.root_is_empty
             ? joined({before, ">", signature, "</", outline.root_name, ">", text.substr(outline.root_end)})
             : joined({before, signature, text.substr(outline.root_content_end)});
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

/// One request on its way to a signature.
class Builder {
 public:
  Builder(const SignRequest& request, const SignerCertificate& certificate, Time now)
      : request_(request), certificate_(certificate), now_(now), media_type_(media_type_of(request)) {
    limits_.xml_bytes = request.max_xml_bytes;
    parts_.id = new_signature_id();
  }

  Result<Prepared> run() {
    if (request_.packaging == Packaging::kEnveloped && !request_.manifest_alone) {
      return enveloped();
    }
    if (!request_.manifest_alone) {
      SHOMEI_TRY(request_.packaging == Packaging::kDetached ? add_detached() : add_enveloping());
    } else if (request_.manifest.empty()) {
      return fail(Code::kSignUnsupported, "there is no file to sign");
    }
    SHOMEI_TRY(SignatureText text, finish_text());
    return prepared(std::move(text),
                    [](const std::string& signature) { return joined({kDeclaration, signature, "\n"}); });
  }

 private:
  bool parallel() const { return request_.relation == Relation::kParallel; }
  DigestAlgorithm algorithm() const { return certificate_.algorithm.digest; }

  Result<void> add_detached() {
    SignedPart part{.uri = uri_of_file_name(request_.document.name), .digest = {}, .media_type = media_type_};
    SHOMEI_TRY(part.digest, digest_of(algorithm(), request_.document));
    parts_.parts.push_back(std::move(part));
    return {};
  }

  Result<void> add_enveloping() {
    SHOMEI_TRY(const Bytes bytes, whole(request_.document, request_.max_xml_bytes));
    SHOMEI_TRY(const bool as_elements, can_stand_inside(bytes, media_type_, limits_));
    SignedPart part{.uri = fmt::format("#{}-object", parts_.id),
                    .type = std::string(ns::kDs) + "Object",
                    .transforms = transform_xml(as_elements ? kExclusiveC14n : kBase64Transform),
                    .digest = {},
                    .media_type = media_type_};
    if (as_elements) {
      SHOMEI_TRY(const XmlOutline outline, scan_xml(bytes, limits_));
      parts_.objects =
          fmt::format("<ds:Object Id=\"{}-object\" MimeType=\"{}\">{}</ds:Object>", parts_.id, escaped(media_type_),
                      as_text(bytes).substr(outline.root_begin, outline.root_end - outline.root_begin));
      SHOMEI_TRY(part.digest,
                 digest_of_element(algorithm(), wrapped(parts_.id, parts_.objects), ns::kDs, "Object", limits_));
    } else {
      parts_.objects = fmt::format("<ds:Object Id=\"{}-object\" MimeType=\"{}\" Encoding=\"{}\">{}</ds:Object>",
                                   parts_.id, escaped(media_type_), kBase64Transform, to_base64(bytes));
      part.digest = digest(algorithm(), bytes);
    }
    parts_.parts.push_back(std::move(part));
    return {};
  }

  Result<Prepared> enveloped() {
    SHOMEI_TRY(Bytes bytes, whole(request_.document, request_.max_xml_bytes));
    SHOMEI_TRY(const XmlOutline outline, scan_xml(bytes, limits_));
    SignedPart part{.uri = "",
                    .transforms = (parallel() ? without_signatures_xml() : transform_xml(kEnvelopedSignature)) +
                                  transform_xml(kExclusiveC14n),
                    .digest = {},
                    .media_type = media_type_};
    SHOMEI_TRY(part.digest, canonical_digest(bytes, algorithm(), parallel(), limits_));
    parts_.parts.push_back(std::move(part));
    SHOMEI_TRY(SignatureText text, finish_text());
    if (parallel()) {
      const Bytes with = insert_into_root(bytes, outline, text.with(Bytes(32)));
      Limits wider = limits_;
      wider.xml_bytes += with.size();
      SHOMEI_TRY(signatures_survive(bytes, with, wider));
    }
    return prepared(std::move(text), [bytes = std::move(bytes), outline](const std::string& signature) {
      return insert_into_root(bytes, outline, signature);
    });
  }

  Result<void> add_manifest() {
    SHOMEI_TRY(const std::string manifest, manifest_xml(parts_.id + "-manifest", algorithm(), request_.manifest));
    return add_object(manifest, "Manifest",
                      {.uri = fmt::format("#{}-manifest", parts_.id),
                       .type = std::string(kManifestType),
                       .digest = {},
                       .media_type = "application/xml"});
  }

  /// Beside the document's reference, which is the first.
  Result<void> add_shown() {
    if (request_.manifest_alone) {
      return fail(Code::kSignUnsupported, "what was shown belongs to a document");
    }
    SHOMEI_TRY(check_shown(*request_.shown, request_.document));
    const std::string xml =
        shown_xml(*request_.shown, parts_.id + "-reference", {algorithm(), parts_.parts.front().digest});
    const std::string object = fmt::format("<ds:Object Id=\"{}-shown\">{}</ds:Object>", parts_.id, xml);
    SignedPart part{.uri = fmt::format("#{}-shown", parts_.id),
                    .type = std::string(kShownType),
                    .transforms = transform_xml(kExclusiveC14n),
                    .digest = {},
                    .media_type = "application/xml"};
    SHOMEI_TRY(part.digest, digest_of_element(algorithm(), wrapped(parts_.id, object), ns::kDs, "Object", limits_));
    parts_.objects += object;
    parts_.parts.push_back(std::move(part));
    return {};
  }

  /// An Object with the element of `part`, which is the only one of that name in XML-DSig's namespace.
  Result<void> add_object(const std::string& element, std::string_view name, SignedPart part) {
    const std::string object = "<ds:Object>" + element + "</ds:Object>";
    part.transforms = transform_xml(kExclusiveC14n);
    SHOMEI_TRY(part.digest, digest_of_element(algorithm(), wrapped(parts_.id, object), ns::kDs, name, limits_));
    parts_.objects += object;
    parts_.parts.push_back(std::move(part));
    return {};
  }

  Result<SignatureText> finish_text() {
    if (!request_.manifest.empty()) {
      SHOMEI_TRY(add_manifest());
    }
    if (request_.shown) {
      SHOMEI_TRY(add_shown());
    }
    return signature_text(parts_, certificate_, now_);
  }

  template <class Place>
  static Prepared prepared(SignatureText text, Place place) {
    Prepared made;
    made.digest = text.digest;
    made.assemble = [text = std::move(text), place = std::move(place)](ByteView value) {
      return place(text.with(value));
    };
    return made;
  }

  const SignRequest& request_;
  const SignerCertificate& certificate_;
  Time now_;
  std::string media_type_;
  Limits limits_;
  SignatureParts parts_;
};

}  // namespace

Result<Prepared> prepare_xades(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  return Builder(request, certificate, now).run();
}

}  // namespace shomei::signing
