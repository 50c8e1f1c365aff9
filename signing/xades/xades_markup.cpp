#include "signing/xades/xades_markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/digest.h"

namespace shomei::signing {
namespace {

struct Usual {
  std::string_view name_space;
  std::string_view prefix;
};
constexpr auto kUsual = std::to_array<Usual>({{ns::kDs, "ds"}, {ns::kXades, "xades"}, {ns::kXades141, "xades141"}});

const xmlChar* chars(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}

std::string fresh_id() {
  return "shomei-" + to_hex(random_bytes(8));
}

}  // namespace

XadesMarkup::XadesMarkup(const xmlNode* context) {
  // libxml2's look-ups change nothing but take pointers that may.
  auto* node = const_cast<xmlNode*>(context);
  for (const Usual& usual : kUsual) {
    Name name{usual.name_space, {}, {}};
    const std::string uri(usual.name_space);
    if (const xmlNs* bound = xmlSearchNsByHref(node->doc, node, chars(uri))) {
      name.prefix = bound->prefix == nullptr ? "" : std::string(reinterpret_cast<const char*>(bound->prefix)) + ":";
    } else {
      std::string prefix(usual.prefix);
      while (xmlSearchNs(node->doc, node, chars(prefix)) != nullptr) {
        prefix += "-";
      }
      name.declaration = fmt::format(" xmlns:{}=\"{}\"", prefix, uri);
      name.prefix = prefix + ":";
    }
    names_.push_back(std::move(name));
  }
}

const XadesMarkup::Name& XadesMarkup::of(std::string_view name_space) const {
  return *std::ranges::find(names_, name_space, &Name::name_space);
}

std::string XadesMarkup::element(std::string_view name_space, std::string_view name, std::string_view attributes,
                                 std::string_view content) const {
  const std::string& prefix = of(name_space).prefix;
  return fmt::format("<{0}{1}{2}>{3}</{0}{1}>", prefix, name, attributes, content);
}

std::string XadesMarkup::outermost(std::string_view name_space, std::string_view name, std::string_view attributes,
                                   std::string_view content) const {
  std::string declarations;
  for (const Name& one : names_) {
    const bool used = one.name_space == name_space || content.contains("<" + one.prefix);
    declarations += used ? one.declaration : "";
  }
  return element(name_space, name, declarations + std::string(attributes), content);
}

std::string XadesMarkup::time_stamp(std::string_view name_space, std::string_view name,
                                    std::string_view canonicalization) const {
  const std::string method = canonicalization.empty() ? ""
                                                      : element(ns::kDs, "CanonicalizationMethod",
                                                                fmt::format(" Algorithm=\"{}\"", canonicalization), "");
  return outermost(name_space, name, fmt::format(" Id=\"{}\"", fresh_id()),
                   method + element(ns::kXades, "EncapsulatedTimeStamp", "", ""));
}

std::string XadesMarkup::values(std::string_view list, std::string_view entry,
                                const std::vector<Bytes>& entries) const {
  std::string content;
  for (const Bytes& der : entries) {
    content += element(ns::kXades, entry, "", to_base64(der));
  }
  return content.empty() || list.empty() ? content : element(ns::kXades, list, "", content);
}

std::string XadesMarkup::certificate_list(const EvidenceData& data) const {
  return values("", "EncapsulatedX509Certificate", data.certificates);
}

std::string XadesMarkup::revocation_list(const EvidenceData& data) const {
  return values("CRLValues", "EncapsulatedCRLValue", data.crls) +
         values("OCSPValues", "EncapsulatedOCSPValue", data.ocsp);
}

std::string XadesMarkup::certificate_values(const EvidenceData& data) const {
  const std::string list = certificate_list(data);
  return list.empty() ? "" : outermost(ns::kXades, "CertificateValues", "", list);
}

std::string XadesMarkup::revocation_values(const EvidenceData& data) const {
  const std::string list = revocation_list(data);
  return list.empty() ? "" : outermost(ns::kXades, "RevocationValues", "", list);
}

std::string XadesMarkup::validation_data(const EvidenceData& data, const std::string& id) const {
  const std::string certificates = certificate_list(data);
  const std::string revocation = revocation_list(data);
  const std::string content = (certificates.empty() ? "" : element(ns::kXades, "CertificateValues", "", certificates)) +
                              (revocation.empty() ? "" : element(ns::kXades, "RevocationValues", "", revocation));
  const bool plain = !id.empty() && id.find_first_of("&<>\"") == std::string::npos;
  return content.empty() ? ""
                         : outermost(ns::kXades141, "TimeStampValidationData",
                                     plain ? fmt::format(" URI=\"#{}\"", id) : "", content);
}

}  // namespace shomei::signing
