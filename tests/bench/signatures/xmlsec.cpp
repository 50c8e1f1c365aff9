#include <libxml/parser.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "contenders.h"

namespace shomei::bench::xmlsec {
namespace {

using OwnedDoc = Owned<xmlDoc, xmlFreeDoc>;
using OwnedContext = Owned<xmlSecDSigCtx, xmlSecDSigCtxDestroy>;
using OwnedKey = Owned<xmlSecKey, xmlSecKeyDestroy>;

const xmlChar* text(const char* words) {
  return reinterpret_cast<const xmlChar*>(words);
}

void start_once() {
  static const bool started = [] {
    ours::xml();
    need(xmlSecInit() >= 0 && xmlSecOpenSSLAppInit(nullptr) >= 0 && xmlSecOpenSSLInit() >= 0, "xmlSecInit");
    return true;
  }();
  static_cast<void>(started);
}

struct Desk {
  HolderKey holder;
  OwnedKey key;
  Desk() {
    start_once();
    EVP_PKEY_up_ref(holder.native());
    key.reset(xmlSecKeyCreate());
    need(xmlSecKeySetValue(key.get(), xmlSecOpenSSLEvpKeyAdopt(holder.native())) >= 0, "xmlSecKeySetValue");
  }
};

OwnedDoc parsed(const std::string& document) {
  OwnedDoc doc(xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr, nullptr,
                             XML_PARSE_NONET | XML_PARSE_HUGE));
  need(doc != nullptr, "xmlReadMemory");
  return doc;
}

xmlNode* add_template(xmlDoc* doc, bool by_xpath) {
  xmlNode* signature =
      xmlSecTmplSignatureCreate(doc, xmlSecTransformExclC14NId, xmlSecOpenSSLTransformRsaSha256Id, nullptr);
  xmlAddChild(xmlDocGetRootElement(doc), signature);
  xmlNode* reference =
      xmlSecTmplSignatureAddReference(signature, xmlSecOpenSSLTransformSha256Id, nullptr, text(""), nullptr);
  xmlNode* first =
      xmlSecTmplReferenceAddTransform(reference, by_xpath ? xmlSecTransformXPathId : xmlSecTransformEnvelopedId);
  if (by_xpath) {
    xmlNode* xpath = xmlNewChild(first, nullptr, text("XPath"), text("not(ancestor-or-self::ds:Signature)"));
    xmlNewNs(xpath, text("http://www.w3.org/2000/09/xmldsig#"), text("ds"));
  }
  xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId);
  return signature;
}

std::string dumped(xmlDoc* doc) {
  xmlChar* bytes = nullptr;
  int size = 0;
  xmlDocDumpMemory(doc, &bytes, &size);
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  xmlFree(bytes);
  return out;
}

void sign_in(xmlDoc* doc, xmlNode* signature, Desk& desk) {
  const OwnedContext context(xmlSecDSigCtxCreate(nullptr));
  context->signKey = xmlSecKeyDuplicate(desk.key.get());
  need(xmlSecDSigCtxSign(context.get(), signature) >= 0, "xmlSecDSigCtxSign");
  static_cast<void>(doc);
}

std::string signed_with(const std::string& document, bool by_xpath) {
  Desk desk;
  const OwnedDoc doc = parsed(document);
  sign_in(doc.get(), add_template(doc.get(), by_xpath), desk);
  return dumped(doc.get());
}

/// A reference by identifier needs its attribute declared; the properties' one is looked for, and no other.
void declare_ids(xmlDoc* doc, xmlNode* signature) {
  xmlNode* properties = xmlSecFindNode(signature, text("SignedProperties"), text("http://uri.etsi.org/01903/v1.3.2#"));
  xmlAttr* id = properties == nullptr ? nullptr : xmlHasProp(properties, text("Id"));
  if (id != nullptr) {
    xmlAddID(nullptr, doc, id->children->content, id);
  }
}

}  // namespace

std::string signed_xml(const std::string& document) {
  return signed_with(document, false);
}

std::string signed_by_xpath(const std::string& document) {
  return signed_with(document, true);
}

Operation sign(const std::string& document) {
  return [desk = std::make_shared<Desk>(), document] {
    const OwnedDoc doc = parsed(document);
    sign_in(doc.get(), add_template(doc.get(), false), *desk);
    xmlChar* bytes = nullptr;
    int size = 0;
    xmlDocDumpMemory(doc.get(), &bytes, &size);
    need(size > 0, "xmlDocDumpMemory");
    xmlFree(bytes);
  };
}

Operation verify(const std::string& document) {
  return [desk = std::make_shared<Desk>(), document] {
    const OwnedDoc doc = parsed(document);
    xmlNode* root = xmlDocGetRootElement(doc.get());
    // The signature is the root's last child; looking for it from the front would cost a walk.
    xmlNode* signature = root->last;
    while (signature != nullptr && !xmlSecCheckNodeName(signature, xmlSecNodeSignature, xmlSecDSigNs)) {
      signature = signature->prev;
    }
    need(signature != nullptr, "no signature");
    declare_ids(doc.get(), signature);
    const OwnedContext context(xmlSecDSigCtxCreate(nullptr));
    context->signKey = xmlSecKeyDuplicate(desk->key.get());
    need(xmlSecDSigCtxVerify(context.get(), signature) >= 0 && context->status == xmlSecDSigStatusSucceeded,
         "xmlSecDSigCtxVerify");
  };
}

}  // namespace shomei::bench::xmlsec
