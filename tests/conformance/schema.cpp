#include "tests/conformance/schema.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

namespace shomei::conformance {
namespace {

/// libxml2 asks one function of the whole program for what a schema imports.
const std::map<std::string, std::filesystem::path>* files_at_hand = nullptr;

xmlParserInput* load(const char* address, const char*, xmlParserCtxt* context) {
  const std::string whole = address != nullptr ? address : "";
  for (const std::string& key : {whole, whole.substr(whole.rfind('/') + 1)}) {
    if (files_at_hand != nullptr && files_at_hand->contains(key)) {
      return xmlNewInputFromFile(context, files_at_hand->at(key).c_str());
    }
  }
  return nullptr;
}

void collect(void* into, xmlError* error) {
  auto& text = *static_cast<std::string*>(into);
  const bool counts = error->level != XML_ERR_WARNING && error->message != nullptr;
  text += counts && text.size() < 600 ? error->message : "";
}

int validate_below(xmlNode* node, xmlSchemaValidCtxt* context, const std::string& name_space, const std::string& name) {
  int count = 0;
  for (; node != nullptr; node = node->next) {
    const bool meant = node->type == XML_ELEMENT_NODE && node->ns != nullptr &&
                       name_space == reinterpret_cast<const char*>(node->ns->href) &&
                       name == reinterpret_cast<const char*>(node->name);
    if (meant) {
      xmlSchemaValidateOneElement(context, node);
      ++count;
    } else if (node->type == XML_ELEMENT_NODE) {
      count += validate_below(node->children, context, name_space, name);
    }
  }
  return count;
}

}  // namespace

Schema::Schema(const std::string& text, const std::map<std::string, std::filesystem::path>& files) {
  const xmlExternalEntityLoader before = xmlGetExternalEntityLoader();
  files_at_hand = &files;
  xmlSetExternalEntityLoader(load);
  xmlSchemaParserCtxt* parser = xmlSchemaNewMemParserCtxt(text.data(), static_cast<int>(text.size()));
  xmlSchemaSetParserStructuredErrors(parser, collect, &problem_);
  schema_ = xmlSchemaParse(parser);
  xmlSchemaFreeParserCtxt(parser);
  xmlSetExternalEntityLoader(before);
  files_at_hand = nullptr;
  if (schema_ == nullptr && problem_.empty()) {
    problem_ = "unreadable";
  }
}

Schema::~Schema() {
  xmlSchemaFree(schema_);
}

std::string Schema::validate(ByteView document, const std::string& name_space, const std::string& name) const {
  if (schema_ == nullptr) {
    return problem_;
  }
  xmlDoc* parsed = xmlReadMemory(reinterpret_cast<const char*>(document.data()), static_cast<int>(document.size()),
                                 nullptr, nullptr, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR);
  if (parsed == nullptr) {
    return "not well-formed";
  }
  std::string problems;
  xmlSchemaValidCtxt* context = xmlSchemaNewValidCtxt(schema_);
  xmlSchemaSetValidStructuredErrors(context, collect, &problems);
  const int count = validate_below(xmlDocGetRootElement(parsed), context, name_space, name);
  xmlSchemaFreeValidCtxt(context);
  xmlFreeDoc(parsed);
  return count == 0 ? "no " + name : problems;
}

}  // namespace shomei::conformance
