#include "signing/shown.h"

#include <fmt/format.h>

#include "base/der.h"
#include "signing/signature_algorithm.h"
#include "signing/xades/xades_write.h"
#include "signing/xml/xmldsig_facts.h"

namespace shomei::signing {
namespace {

namespace tag = der::tag;

using Bad = std::unexpected<std::string>;

Imprint imprint_of_text(const ShownEvidence& shown, DigestAlgorithm algorithm) {
  return {algorithm, digest(algorithm, as_bytes(shown.text))};
}

Bytes imprint_der(const Imprint& imprint) {
  return der::wrap(tag::kSequence, {der::algorithm(digest_oid(imprint.algorithm), false),
                                    der::wrap(tag::kOctetString, imprint.digest)});
}

Result<Imprint> read_imprint(der::Reader& outer) {
  SHOMEI_TRY(der::Reader reader, outer.enter(tag::kSequence));
  SHOMEI_TRY(der::Reader algorithm, reader.enter(tag::kSequence));
  SHOMEI_TRY(const der::Element oid, algorithm.expect(tag::kOid));
  SHOMEI_TRY(const std::string text, der::oid_text(oid.value));
  SHOMEI_TRY(const der::Element value, reader.expect(tag::kOctetString));
  SHOMEI_TRY(reader.finish());
  const auto known = digest_from_oid(text);
  return known ? Result<Imprint>(Imprint{*known, to_bytes(value.value)}) : fail(Code::kDerMalformed, text);
}

Result<ShownFacts> read_value(ByteView value) {
  der::Reader outer(value);
  SHOMEI_TRY(der::Reader reader, outer.enter(tag::kSequence));
  ShownFacts facts;
  SHOMEI_TRY(facts.document, read_imprint(reader));
  SHOMEI_TRY(facts.text, read_imprint(reader));
  SHOMEI_TRY(reader.finish());
  return facts;
}

std::expected<Imprint, std::string> read_imprint(const xmlNode* parent) {
  const xmlNode* method = parent == nullptr ? nullptr : only_child(parent, ns::kDs, "DigestMethod");
  const xmlNode* value = parent == nullptr ? nullptr : only_child(parent, ns::kDs, "DigestValue");
  const auto algorithm =
      method == nullptr ? std::nullopt : digest_from_uri(attribute(method, "Algorithm").value_or(""));
  if (value == nullptr || !algorithm) {
    return Bad("ShownToSigner");
  }
  SHOMEI_TRY(Bytes digest, base64_content(value));
  return Imprint{*algorithm, std::move(digest)};
}

}  // namespace

Result<void> check_shown(const ShownEvidence& shown, const Document& document) {
  SHOMEI_TRY(const Bytes now, digest_of(DigestAlgorithm::kSha256, document));
  return now == shown.document_sha256
             ? Result<void>()
             : fail(Code::kInputMalformed, document.name + ": not the document that was shown before signing");
}

std::string shown_xml(const ShownEvidence& shown, const std::string& reference, const Imprint& document) {
  const Imprint text = imprint_of_text(shown, document.algorithm);
  return fmt::format(
      "<shown:ShownToSigner xmlns:shown=\"{}\"><shown:Document Reference=\"#{}\">{}</shown:Document><shown:Text>{}"
      "</shown:Text></shown:ShownToSigner>",
      kShownNamespace, reference, digest_xml(document.algorithm, document.digest),
      digest_xml(text.algorithm, text.digest));
}

Bytes shown_attribute(const ShownEvidence& shown, const Imprint& document) {
  return der::wrap(tag::kSequence, {imprint_der(document), imprint_der(imprint_of_text(shown, document.algorithm))});
}

std::expected<ShownFacts, std::string> read_shown(const xmlNode* object) {
  const xmlNode* element =
      is_element(object, ns::kDs, "Object") ? only_child(object, kShownNamespace, "ShownToSigner") : nullptr;
  const xmlNode* document = element == nullptr ? nullptr : only_child(element, kShownNamespace, "Document");
  const xmlNode* text = element == nullptr ? nullptr : only_child(element, kShownNamespace, "Text");
  ShownFacts facts;
  SHOMEI_TRY(facts.document, read_imprint(document));
  SHOMEI_TRY(facts.text, read_imprint(text));
  facts.reference = attribute(document, "Reference").value_or("");
  return facts;
}

std::expected<ShownFacts, std::string> read_shown(ByteView attribute_value) {
  auto facts = read_value(attribute_value);
  return facts ? std::expected<ShownFacts, std::string>(std::move(*facts)) : Bad(describe(facts.error()));
}

Result<void> judge_shown(const std::expected<ShownFacts, std::string>& shown, const Imprint& signed_document,
                         const VerifyInputs& inputs, Judgement& judgement) {
  const auto differs = [&](std::string_view what) {
    judgement.decide(Indication::kTotalFailed, SubIndication::kSigConstraintsFailure, Check::kShownDiffers, what);
  };
  if (!shown) {
    judgement.decide(Indication::kTotalFailed, SubIndication::kFormatFailure, Check::kStructure, shown.error());
    return {};
  }
  // Nothing that is signed has an empty digest: then no such reference was found.
  if (signed_document.digest.empty() || shown->document != signed_document) {
    differs("");
    return {};
  }
  if (inputs.shown) {
    SHOMEI_TRY(const Bytes given, digest_of(shown->text.algorithm, *inputs.shown));
    if (given != shown->text.digest) {
      differs(inputs.shown->name);
      return {};
    }
  }
  judgement.note(Check::kShownIntact, Severity::kInfo, inputs.shown ? inputs.shown->name : "");
  return {};
}

}  // namespace shomei::signing
