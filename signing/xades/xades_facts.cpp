#include "signing/xades/xades_facts.h"

#include <algorithm>

namespace shomei::signing {
namespace {

using Bad = std::unexpected<std::string>;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Parsed<CertificateId> read_certificate_id(const xmlNode* cert) {
  const xmlNode* digest = only_child(cert, ns::kXades, "CertDigest");
  const xmlNode* method = digest == nullptr ? nullptr : only_child(digest, ns::kDs, "DigestMethod");
  const xmlNode* value = digest == nullptr ? nullptr : only_child(digest, ns::kDs, "DigestValue");
  if (method == nullptr || value == nullptr) {
    return Bad("SigningCertificate/Cert");
  }
  CertificateId id{
      .algorithm = digest_from_uri(attribute(method, "Algorithm").value_or("")), .digest = {}, .issuer_serial = {}};
  SHOMEI_TRY(id.digest, base64_content(value));
  if (const xmlNode* issuer_serial = only_child(cert, ns::kXades, "IssuerSerialV2")) {
    SHOMEI_TRY(id.issuer_serial, base64_content(issuer_serial));
  }
  return id;
}

Parsed<void> read_signed_properties(XadesFacts& facts) {
  const xmlNode* properties = only_child(facts.signed_properties, ns::kXades, "SignedSignatureProperties");
  if (properties == nullptr) {
    return Bad("SignedSignatureProperties");
  }
  if (const xmlNode* time = only_child(properties, ns::kXades, "SigningTime")) {
    const auto parsed = parse_rfc3339(trimmed(text_of(time)));
    if (!parsed) {
      return Bad("SigningTime");
    }
    facts.signing_time = *parsed;
  }
  auto lists = children(properties, ns::kXades, "SigningCertificateV2");
  std::ranges::copy(children(properties, ns::kXades, "SigningCertificate"), std::back_inserter(lists));
  facts.has_signing_certificate = !lists.empty();
  for (const xmlNode* list : lists) {
    for (const xmlNode* cert : children(list, ns::kXades, "Cert")) {
      SHOMEI_TRY(CertificateId id, read_certificate_id(cert));
      facts.certificate_ids.push_back(std::move(id));
    }
  }
  return {};
}

void read_values(const xmlNode* values, std::string_view name, std::vector<Bytes>& into, CarriedEvidence& carried) {
  for (const xmlNode* node : children(values, ns::kXades, name)) {
    if (auto bytes = base64_content(node)) {
      into.push_back(std::move(*bytes));
    } else {
      ++carried.unreadable;
    }
  }
}

/// CertificateValues and RevocationValues (EN 319 132-1 5.4), here or inside TimeStampValidationData (5.5.1).
void read_validation_data(const xmlNode* parent, CarriedEvidence& carried) {
  for (const xmlNode* values : children(parent, ns::kXades, "CertificateValues")) {
    read_values(values, "EncapsulatedX509Certificate", carried.certificates, carried);
  }
  for (const xmlNode* values : children(parent, ns::kXades, "RevocationValues")) {
    for (const xmlNode* crls : children(values, ns::kXades, "CRLValues")) {
      read_values(crls, "EncapsulatedCRLValue", carried.crls, carried);
    }
    for (const xmlNode* ocsps : children(values, ns::kXades, "OCSPValues")) {
      read_values(ocsps, "EncapsulatedOCSPValue", carried.ocsps, carried);
    }
  }
}

bool is_timestamp(const xmlNode* node) {
  return is_element(node, ns::kXades, "SignatureTimeStamp") || is_element(node, ns::kXades, "SigAndRefsTimeStamp") ||
         is_element(node, ns::kXades, "RefsOnlyTimeStamp") || is_element(node, ns::kXades, "ArchiveTimeStamp") ||
         is_element(node, ns::kXades141, "ArchiveTimeStamp") ||
         is_element(node, ns::kXades141, "SigAndRefsTimeStampV2") ||
         is_element(node, ns::kXades141, "RefsOnlyTimeStampV2");
}

/// One entry for each token that the property holds, at least one.
void read_timestamps(const xmlNode* property, CarriedEvidence& carried) {
  TimestampFacts stamp{.type = std::string(local_name(property)), .token = {}, .property = property};
  const auto tokens = children(property, ns::kXades, "EncapsulatedTimeStamp");
  for (const xmlNode* token : tokens) {
    auto bytes = base64_content(token);
    carried.unreadable += bytes ? 0 : 1;
    stamp.token = bytes ? std::move(*bytes) : Bytes();
    carried.timestamps.push_back(stamp);
  }
  if (tokens.empty()) {
    ++carried.unreadable;
    carried.timestamps.push_back(std::move(stamp));
  }
}

void read_unsigned_properties(const xmlNode* properties, CarriedEvidence& carried) {
  read_validation_data(properties, carried);
  carried.has_certificate_values = !children(properties, ns::kXades, "CertificateValues").empty();
  carried.has_revocation_values = !children(properties, ns::kXades, "RevocationValues").empty();
  for (const xmlNode* node : child_elements(properties)) {
    if (is_element(node, ns::kXades141, "TimeStampValidationData")) {
      read_validation_data(node, carried);
    } else if (is_timestamp(node)) {
      read_timestamps(node, carried);
    }
  }
}

/// Content time stamps (EN 319 132-1 5.2.8).
void read_signed_object_properties(const xmlNode* signed_properties, CarriedEvidence& carried) {
  const xmlNode* properties = only_child(signed_properties, ns::kXades, "SignedDataObjectProperties");
  for (const std::string_view name : {"AllDataObjectsTimeStamp", "IndividualDataObjectsTimeStamp"}) {
    for (const xmlNode* node :
         properties == nullptr ? std::vector<const xmlNode*>() : children(properties, ns::kXades, name)) {
      read_timestamps(node, carried);
    }
  }
}

}  // namespace

Parsed<XadesFacts> read_xades(const SignatureFacts& signature) {
  std::vector<const xmlNode*> found;
  for (const xmlNode* object : signature.objects) {
    std::ranges::copy(children(object, ns::kXades, "QualifyingProperties"), std::back_inserter(found));
  }
  if (found.empty()) {
    return XadesFacts{};
  }
  if (found.size() != 1 || signature.id.empty() || attribute(found.front(), "Target") != "#" + signature.id) {
    return Bad("QualifyingProperties with this signature's Id as Target");
  }
  XadesFacts facts{.signed_properties = only_child(found.front(), ns::kXades, "SignedProperties")};
  if (facts.signed_properties == nullptr) {
    return Bad("SignedProperties");
  }
  SHOMEI_TRY(read_signed_properties(facts));
  read_signed_object_properties(facts.signed_properties, facts.carried);
  if (const xmlNode* unsigned_properties = only_child(found.front(), ns::kXades, "UnsignedProperties")) {
    if (const xmlNode* properties = only_child(unsigned_properties, ns::kXades, "UnsignedSignatureProperties")) {
      read_unsigned_properties(properties, facts.carried);
    }
  }
  return facts;
}

Level level_of(const CarriedEvidence& carried) {
  const auto has = [&](auto... types) {
    return std::ranges::any_of(carried.timestamps,
                               [&](const TimestampFacts& stamp) { return ((stamp.type == types) || ...); });
  };
  if (!has("SignatureTimeStamp", "signature-time-stamp")) {
    return Level::kB;
  }
  if (!carried.has_certificate_values || !carried.has_revocation_values) {
    return Level::kT;
  }
  return has("ArchiveTimeStamp", "archive-time-stamp-v3") ? Level::kLTA : Level::kLT;
}

}  // namespace shomei::signing
