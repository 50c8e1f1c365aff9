// links: shomei_signing PkgConfig::XML2
// A first line as XPath expression, the rest as the document: paths that are recognised find what libxml2's engine
// finds.
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <algorithm>

#include "signing/xml/xml_library.h"
#include "signing/xml/xpath_filter.h"

using namespace shomei;
using namespace shomei::signing;

namespace {

using OwnedXPathContext = Owned<xmlXPathContext, xmlXPathFreeContext>;
using OwnedXPathObject = Owned<xmlXPathObject, xmlXPathFreeObject>;

constexpr std::string_view kTransforms[][2] = {
    {"<ds:Transform xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:a=\"urn:a\" "
     "Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>",
     "</ds:XPath></ds:Transform>"},
    {"<ds:Transform xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:a=\"urn:a\" "
     "xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" "
     "Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath Filter=\"intersect\">",
     "</f:XPath></ds:Transform>"}};

const xmlChar* chars(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}

void compare(const std::vector<XPathStep>& path, const std::string& expression, xmlDoc* document) {
  WorkBudget budget(1'000'000);
  const auto found = elements_at(document, path, budget);
  const OwnedXPathContext context(xmlXPathNewContext(document));
  context->opLimit = 1'000'000;
  xmlXPathRegisterNs(context.get(), chars("ds"), chars("http://www.w3.org/2000/09/xmldsig#"));
  xmlXPathRegisterNs(context.get(), chars("a"), chars("urn:a"));
  xmlXPathRegisterNs(context.get(), chars("f"), chars("http://www.w3.org/2002/06/xmldsig-filter2"));
  const OwnedXPathObject theirs(xmlXPathEval(chars(expression), context.get()));
  SHOMEI_CHECK(theirs && theirs->type == XPATH_NODESET);
  const std::size_t count = theirs->nodesetval == nullptr ? 0 : static_cast<std::size_t>(theirs->nodesetval->nodeNr);
  SHOMEI_CHECK(found && found->size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    SHOMEI_CHECK(std::ranges::find(*found, theirs->nodesetval->nodeTab[i]) != found->end());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const XmlLibrary library;
  const Limits limits;
  const std::string_view input = as_text({data, size});
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view rest = input.substr(std::min(line + 1, input.size()));
  for (const auto& [before, after] : kTransforms) {
    const std::string text = std::string(before) + std::string(input.substr(0, line)) + std::string(after);
    const auto transform = parse_xml(as_bytes(text), limits);
    if (!transform) {
      continue;
    }
    const xmlNode* root = xmlDocGetRootElement(transform->get());
    const auto filters = xpath_filters(root);
    const auto document = parse_xml(as_bytes(std::string(rest)), limits);
    if (filters.size() == 1 && !filters.front().path.empty() && document) {
      compare(filters.front().path, text_of(child_elements(root).front()), document->get());
    }
  }
  return 0;
}
