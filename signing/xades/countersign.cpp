#include "signing/xades/countersign.h"

#include <fmt/format.h>

#include "signing/xades/survival.h"
#include "signing/xades/xades_facts.h"
#include "signing/xades/xades_write.h"
#include "signing/xml/xml_scan.h"

namespace shomei::signing {
namespace {

const xmlNode* enclosing_signature(const xmlNode* node) {
  for (const xmlNode* at = node->parent; at != nullptr; at = at->parent) {
    if (is_element(at, ns::kDs, "Signature")) {
      return at;
    }
  }
  return nullptr;
}

Result<const xmlNode*> choose_signature(const xmlDoc* document, const std::string& id) {
  const xmlNode* chosen = nullptr;
  std::string ids;
  for (const xmlNode* signature : elements(document, ns::kDs, "Signature")) {
    const std::string own = attribute(signature, "Id").value_or("");
    if (id.empty() ? countersigned_by_place(signature) != nullptr : own != id) {
      continue;
    }
    ids += " " + own;
    if (chosen != nullptr) {
      return fail(Code::kSignUnsupported, "several signatures; say which one with --signature:" + ids);
    }
    chosen = signature;
  }
  return chosen != nullptr ? Result<const xmlNode*>(chosen)
                           : fail(Code::kSignUnsupported, "the file holds no signature " + id);
}

/// An archive time stamp of an enclosing signature is over all that stands in it.
Result<void> check_archived(const xmlNode* signature) {
  for (const xmlNode* at = enclosing_signature(signature); at != nullptr; at = enclosing_signature(at)) {
    for (const std::string_view name_space : {ns::kXades, ns::kXades141}) {
      for (const xmlNode* stamp : elements(at->doc, name_space, "ArchiveTimeStamp")) {
        if (is_ancestor_or_self(at, stamp)) {
          return fail(Code::kSignUnsupported, "an archive time stamp covers this counter-signature as it is");
        }
      }
    }
  }
  return {};
}

struct Place {
  std::string before;
  std::string after;
};

/// Splits the file where the counter-signature goes, with the elements that are missing around it.
Result<Place> place_in(ByteView xml, const xmlNode* qualifying, const Limits& limits) {
  std::string open = fmt::format("<xades:CounterSignature xmlns:xades=\"{}\">", ns::kXades);
  std::string close = "</xades:CounterSignature>";
  const auto wrap = [&](std::string_view name) {
    open = fmt::format("<xades:{} xmlns:xades=\"{}\">{}", name, ns::kXades, open);
    close += fmt::format("</xades:{}>", name);
  };
  const xmlNode* outer = only_child(qualifying, ns::kXades, "UnsignedProperties");
  const xmlNode* inner = outer == nullptr ? nullptr : only_child(outer, ns::kXades, "UnsignedSignatureProperties");
  if (inner == nullptr) {
    wrap("UnsignedSignatureProperties");
  }
  if (outer == nullptr) {
    wrap("UnsignedProperties");
  }
  const std::size_t number = element_number(inner != nullptr ? inner : outer != nullptr ? outer : qualifying);
  SHOMEI_TRY(const auto spans, find_elements(xml, std::span(&number, 1), limits));
  const ElementSpan& span = spans.front();
  const std::string_view text = as_text(xml);
  if (span.is_empty) {
    return Place{std::string(text.substr(0, span.end - 2)) + ">" + open,
                 close + "</" + span.name + ">" + std::string(text.substr(span.end))};
  }
  // UnsignedSignatureProperties come before UnsignedDataObjectProperties.
  const bool first = inner == nullptr && outer != nullptr;
  const std::size_t at = first ? span.content_begin : span.content_end;
  return Place{std::string(text.substr(0, at)) + open, close + std::string(text.substr(at))};
}

Result<SignedPart> part_over(const xmlNode* value, DigestAlgorithm algorithm, const Limits& limits) {
  const std::string id = attribute(value, "Id").value_or("");
  const IdIndex::Found found = IdIndex(value->doc).find(id);
  if (id.empty() || found.ambiguous || found.element != value) {
    return fail(Code::kSignUnsupported, "the SignatureValue has no Id of its own by which it could be named");
  }
  SignedPart part{.uri = "#" + id,
                  .type = std::string(kCountersignedType),
                  .transforms = transform_xml(kExclusiveC14n),
                  .digest = {}};
  WorkBudget budget(limits.work);
  SHOMEI_TRY(const Bytes canonical, canonical_bytes({.document = value->doc, .apex = value},
                                                    {.kind = Canonicalization::Kind::kExclusive}, budget));
  part.digest = digest(algorithm, canonical);
  return part;
}

}  // namespace

const xmlNode* countersigned_by_place(const xmlNode* signature) {
  return is_element(signature->parent, ns::kXades, "CounterSignature") ? enclosing_signature(signature) : nullptr;
}

Result<Prepared> prepare_countersignature(const SignRequest& request, const SignerCertificate& certificate, Time now) {
  if (!request.manifest.empty() || request.shown) {
    return fail(Code::kSignUnsupported, "a counter-signature is over a signature and nothing else");
  }
  Limits limits;
  limits.xml_bytes = 2 * request.max_xml_bytes;
  SHOMEI_TRY(const Bytes bytes, whole(request.document, request.max_xml_bytes));
  SHOMEI_TRY(const OwnedXmlDoc document, parse_xml(bytes, limits));
  SHOMEI_TRY(const xmlNode* signature, choose_signature(document.get(), request.countersigned));
  SHOMEI_TRY(check_archived(signature));
  const auto facts = read_signature(signature, limits);
  const auto properties = facts ? read_xades(*facts) : Parsed<XadesFacts>(std::unexpected(facts.error()));
  if (!properties || properties->signed_properties == nullptr) {
    return fail(Code::kSignUnsupported, properties ? "the signature is not XAdES" : properties.error());
  }
  SignatureParts parts{.id = new_signature_id(), .parts = {}};
  SHOMEI_TRY(SignedPart part,
             part_over(only_child(signature, ns::kDs, "SignatureValue"), certificate.algorithm.digest, limits));
  parts.parts.push_back(std::move(part));
  SHOMEI_TRY(SignatureText text, signature_text(parts, certificate, now));
  SHOMEI_TRY(Place place, place_in(bytes, properties->signed_properties->parent, limits));
  Prepared prepared;
  prepared.digest = text.digest;
  prepared.assemble = [text = std::move(text), place = std::move(place)](ByteView value) {
    return to_bytes(as_bytes(place.before + text.with(value) + place.after));
  };
  SHOMEI_TRY(signatures_survive(bytes, prepared.assemble(Bytes(32)), limits));
  return prepared;
}

}  // namespace shomei::signing
