#pragma once

#include "tests/vcard/holder.h"
#include "tests/vcard/shape.h"

namespace vcard {

struct File {
  FileId id;
  std::optional<std::uint8_t> sfi;
  Bytes content;
  bool internal = false;  // keys and PINs: exists, cannot be read
};

// All files of one application, in the encoding of ISO/IEC 7816-15.
std::vector<File> application_files(const Shape& shape, Use use, const Credential& credential,
                                    const std::optional<Bytes>& serial);

// EF.DIR with one application template for each application that exists.
Bytes dir_content(const Holder& holder);

}  // namespace vcard
