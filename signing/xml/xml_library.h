#pragma once

namespace shomei::signing {

/// libxml2's process-wide state, made once in `main` before the first thread and passed to what parses XML. While one
/// exists, libxml2 writes nothing to stderr and its functions may run in any number of threads, each on documents of
/// its own. Asserts that there is only one.
class XmlLibrary {
 public:
  XmlLibrary();
  ~XmlLibrary();
  XmlLibrary(const XmlLibrary&) = delete;
  XmlLibrary& operator=(const XmlLibrary&) = delete;
};

}  // namespace shomei::signing
