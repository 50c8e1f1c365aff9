#pragma once

#include <string>

#include "base/bytes.h"
#include "signing/evidence_data.h"
#include "signing/xml/xml_tree.h"

namespace shomei::signing {

/// Writes elements that are going to stand inside `context`: with the prefixes that are bound there, or with own ones
/// that each outermost element declares.
class XadesMarkup {
 public:
  explicit XadesMarkup(const xmlNode* context);

  /// `attributes`: "" or " Id=\"…\"".
  std::string element(std::string_view name_space, std::string_view name, std::string_view attributes,
                      std::string_view content) const;
  /// The same with declarations of the prefixes that are not bound in `context`.
  std::string outermost(std::string_view name_space, std::string_view name, std::string_view attributes,
                        std::string_view content) const;

  /// A time stamp without its token yet. `canonicalization`: algorithm to name; empty: none is named.
  std::string time_stamp(std::string_view name_space, std::string_view name, std::string_view canonicalization) const;
  /// CertificateValues; RevocationValues; both in xades141:TimeStampValidationData for the property with this Id (or,
  /// if it is empty, the one before). Empty where there is nothing to hold.
  std::string certificate_values(const EvidenceData& data) const;
  std::string revocation_values(const EvidenceData& data) const;
  std::string validation_data(const EvidenceData& data, const std::string& id) const;

 private:
  struct Name {
    std::string_view name_space;
    /// With its colon; empty for a default namespace.
    std::string prefix;
    /// " xmlns:…", where `context` does not have it.
    std::string declaration;
  };
  const Name& of(std::string_view name_space) const;
  std::string values(std::string_view list, std::string_view entry, const std::vector<Bytes>& entries) const;
  std::string certificate_list(const EvidenceData& data) const;
  std::string revocation_list(const EvidenceData& data) const;

  std::vector<Name> names_;
};

}  // namespace shomei::signing
