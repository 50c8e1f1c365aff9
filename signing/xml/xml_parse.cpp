#include <fmt/format.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "signing/xml/xml_scan.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {
namespace {

using OwnedParser = Owned<xmlParserCtxt, xmlFreeParserCtxt>;

/// What the parser has open, to stop it in time.
struct Watch {
  const Limits* limits;
  int depth = 0;
  int namespaces = 0;
  std::vector<int> namespaces_of_open = {};
  std::string forbidden = {};
};

void stop(xmlParserCtxt* parser, std::string why) {
  static_cast<Watch*>(parser->_private)->forbidden = std::move(why);
  xmlStopParser(parser);
}

void on_start(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri, int namespace_count,
              const xmlChar** namespaces, int attribute_count, int defaulted, const xmlChar** attributes) {
  auto* parser = static_cast<xmlParserCtxt*>(context);
  auto& watch = *static_cast<Watch*>(parser->_private);
  watch.namespaces += namespace_count;
  watch.namespaces_of_open.push_back(namespace_count);
  if (++watch.depth > watch.limits->xml_depth) {
    return stop(parser, fmt::format("more than {} levels of elements", watch.limits->xml_depth));
  }
  if (watch.namespaces > watch.limits->namespaces_in_scope) {
    return stop(parser, fmt::format("more than {} namespaces in scope", watch.limits->namespaces_in_scope));
  }
  xmlSAX2StartElementNs(context, name, prefix, uri, namespace_count, namespaces, attribute_count, defaulted,
                        attributes);
}

void on_end(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri) {
  auto& watch = *static_cast<Watch*>(static_cast<xmlParserCtxt*>(context)->_private);
  --watch.depth;
  if (!watch.namespaces_of_open.empty()) {
    watch.namespaces -= watch.namespaces_of_open.back();
    watch.namespaces_of_open.pop_back();
  }
  xmlSAX2EndElementNs(context, name, prefix, uri);
}

void on_dtd(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  stop(static_cast<xmlParserCtxt*>(context), "document type");
}

std::string what_the_parser_says(xmlParserCtxt* parser) {
  const xmlError* error = xmlCtxtGetLastError(parser);
  if (error == nullptr || error->message == nullptr) {
    return "not well-formed";
  }
  const std::string_view message = error->message;
  return fmt::format("line {}: {}", error->line, message.substr(0, message.find_first_of("\r\n")));
}

}  // namespace

Result<OwnedXmlDoc> parse_xml(ByteView xml, const Limits& limits) {
  SHOMEI_TRY(scan_xml(xml, limits));
  const OwnedParser parser(xmlNewParserCtxt());
  SHOMEI_CHECK(parser != nullptr);
  Watch watch{.limits = &limits};
  parser->_private = &watch;
  parser->sax->startElementNs = on_start;
  parser->sax->endElementNs = on_end;
  parser->sax->internalSubset = on_dtd;
  parser->sax->externalSubset = on_dtd;
  // XML_PARSE_HUGE lifts libxml2's 10 MB for one text (an image in base64) and its depth; ours stand instead. With
  // XML_PARSE_COMPACT short texts lie in their nodes, which nobody changes.
  OwnedXmlDoc document(xmlCtxtReadMemory(
      parser.get(), reinterpret_cast<const char*>(xml.data()), static_cast<int>(xml.size()), nullptr, nullptr,
      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE | XML_PARSE_COMPACT));
  if (!watch.forbidden.empty()) {
    return fail(Code::kXmlForbidden, std::move(watch.forbidden));
  }
  if (!document || parser->wellFormed == 0 || parser->nsWellFormed == 0) {
    return fail(Code::kXmlMalformed, what_the_parser_says(parser.get()));
  }
  return document;
}

}  // namespace shomei::signing
