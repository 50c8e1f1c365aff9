#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "signing/policy.h"

namespace shomei::signing {

/// Where the root element lies in the bytes of an XML document.
struct XmlOutline {
  std::size_t root_begin = 0;
  /// Offset of the root's end tag; of "/>" when `root_is_empty`.
  std::size_t root_content_end = 0;
  /// One past the root's last byte.
  std::size_t root_end = 0;
  bool root_is_empty = false;
  /// The root's name as written, prefix included.
  std::string root_name;
};

/// One pass over the markup before the parser sees it: UTF-8 only, no `<!DOCTYPE` nor any other declaration, a bounded
/// number of attributes in each tag (libxml2 compares them pairwise). It does not check well-formedness.
/// Errors: input.empty, input.too_large, xml.forbidden, xml.malformed (a tag, comment or section without end, or no
/// root).
Result<XmlOutline> scan_xml(ByteView xml, const Limits& limits);

/// Where an element lies in the bytes.
struct ElementSpan {
  std::size_t begin = 0;
  /// One past the start tag; of an empty element, of its "/>".
  std::size_t content_begin = 0;
  /// Offset of the end tag; of an empty element one past its "/>".
  std::size_t content_end = 0;
  std::size_t end = 0;
  bool is_empty = false;
  /// As written, prefix included.
  std::string name = {};
};

/// The elements with these numbers, counted by start tags from 0, which is the document order of a parsed tree
/// (`element_number`); in the order asked. Errors: as `scan_xml`, and xml.malformed where there are fewer.
Result<std::vector<ElementSpan>> find_elements(ByteView xml, std::span<const std::size_t> numbers,
                                               const Limits& limits);

}  // namespace shomei::signing
