#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace shomei::auth {

/// One healthcare role as written: text is compared exactly (case-sensitive, no trimming).
struct HcRole {
  /// Coding scheme; 1.2.392.100495.1.6.1.1 in certificates of the HPKI.
  std::string scheme{};
  std::string text{};
};

/// The hcRole attribute (ISO 17090-2, 1.0.17090.0.1) of a subjectDirectoryAttributes extension: HCActorData ::= SET OF
/// HCActor, HCActor ::= SEQUENCE { codedData [0] EXPLICIT SET { [0] scheme, [1] number, [2] text }, [1] regional data
/// }. Takes the extension's value (DER SEQUENCE OF Attribute). No hcRole attribute: empty. Exact DER only. Errors:
/// der.malformed with the byte offset.
Result<std::vector<HcRole>> parse_hc_roles(ByteView subject_directory_attributes);

}  // namespace shomei::auth
