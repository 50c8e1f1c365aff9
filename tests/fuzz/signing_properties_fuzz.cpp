// links: shomei_signing PkgConfig::XML2
// What stands in a signature's Object (QualifyingProperties, Manifest, references of XAdES-C) and in its SignedInfo:
// the readers, without a verdict.
#include "signing/xades/xades_refs.h"
#include "signing/xml/xml_library.h"
#include "signing/xml/xmldsig_reference.h"

using namespace shomei;
using namespace shomei::signing;

namespace {

constexpr std::string_view kBefore =
    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" "
    "xmlns:y=\"http://uri.etsi.org/01903/v1.4.1#\" Id=\"s\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"\"/>"
    "<ds:SignatureMethod Algorithm=\"\"/>";
constexpr std::string_view kBetween = "</ds:SignedInfo><ds:SignatureValue/><ds:Object>";
constexpr std::string_view kAfter = "</ds:Object></ds:Signature>";

void read(const xmlDoc* document, const Limits& limits) {
  const auto signature = read_signature(xmlDocGetRootElement(document), limits);
  if (!signature) {
    return;
  }
  if (const auto facts = read_xades(*signature)) {
    SHOMEI_CHECK(level_of(facts->carried) <= Level::kLTA);
    read_complete_refs(facts->signed_properties);
  }
  const IdIndex ids(document);
  WorkBudget budget(1'000'000);
  ReferenceChecker checker(document, ids, {}, limits, budget, true);
  for (const ReferenceFacts& reference : signature->references) {
    const auto outcome = checker.check(*signature, reference);
    if (outcome && outcome->state == ReferenceOutcome::State::kIntact) {
      const auto algorithm = digest_from_uri(reference.digest_method);
      SHOMEI_CHECK(algorithm && digest(*algorithm, outcome->signed_bytes) == reference.digest_value);
    }
  }
}

}  // namespace

/// "references", a line "--", "object".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const XmlLibrary library;
  const Limits limits;
  const std::string_view input = as_text({data, size});
  const std::size_t line = input.find("\n--\n");
  const bool both = line != std::string_view::npos;
  std::string text(kBefore);
  text += both ? input.substr(0, line) : std::string_view();
  text += kBetween;
  text += both ? input.substr(line + 4) : input;
  text += kAfter;
  if (const auto document = parse_xml(as_bytes(text), limits)) {
    read(document->get(), limits);
  }
  return 0;
}
