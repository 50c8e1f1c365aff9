#include "signing/xml/xml_library.h"

#include <libxml/globals.h>
#include <libxml/parser.h>

#include <atomic>

#include "base/error.h"

namespace shomei::signing {
namespace {

std::atomic<bool> exists = false;

void stay_silent(void*, const char*, ...) {}

}  // namespace

XmlLibrary::XmlLibrary() {
  SHOMEI_CHECK(!exists.exchange(true));
  xmlInitParser();
  // The first is for this thread, the second for those to come.
  xmlSetGenericErrorFunc(nullptr, stay_silent);
  xmlThrDefSetGenericErrorFunc(nullptr, stay_silent);
}

XmlLibrary::~XmlLibrary() {
  xmlCleanupParser();
  exists = false;
}

}  // namespace shomei::signing
