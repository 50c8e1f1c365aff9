#include "signing/report/etsi_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "signing/signature_algorithm.h"

namespace shomei::signing {
namespace {

using Kind = ValidationObject::Kind;

/// TS 119 102-2 4.4.4.
Literal type_of(Kind kind) {
  switch (kind) {
    case Kind::kCertificate: return "urn:etsi:019102:validationObject:certificate";
    case Kind::kCrl: return "urn:etsi:019102:validationObject:CRL";
    case Kind::kOcsp: return "urn:etsi:019102:validationObject:OCSPResponse";
    case Kind::kTimestamp: break;
  }
  return "urn:etsi:019102:validationObject:timestamp";
}

Markup representation(const ValidationObject& object) {
  if (!object.der.empty()) {
    return element("base64", Piece::base64(object.der));
  }
  const auto raw = from_hex(object.sha256);
  return digest_and_value(DigestAlgorithm::kSha256, raw ? *raw : Bytes());
}

Markup object(const std::string& id, Literal type, const Markup& content, const Markup& rest) {
  return fill(
      "<ValidationObject id=\"{}\"><ObjectType>{}</ObjectType><ValidationObjectRepresentation>{}"
      "</ValidationObjectRepresentation>{}</ValidationObject>",
      {id, Markup(type), content, rest});
}

std::string object_id(std::size_t index) {
  return fmt::format("object-{}", index + 1);
}
std::string covered_id(std::size_t index) {
  return fmt::format("data-{}", index + 1);
}

Markup covered_part(const CoveredPart& part) {
  if (!part.digest.empty()) {
    return digest_and_value(part.digest_algorithm, part.digest);
  }
  // A reference is whatever its writer made of it: only a plain one is surely an anyURI.
  const bool plain = std::ranges::all_of(part.reference, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '#' || c == '.' ||
           c == '_' || c == '-';
  });
  return plain ? element("URI", part.reference) : Markup();
}

}  // namespace

EtsiObjects::EtsiObjects(const VerifyReport& report) {
  for (std::size_t i = 0; i < report.signatures.size(); ++i) {
    add(report.signatures[i], i);
  }
}

EtsiObjects::Entry& EtsiObjects::entry(const ValidationObject& object) {
  const auto [place, is_new] = by_sha256_.try_emplace(object.sha256, entries_.size());
  if (is_new) {
    entries_.push_back({object});
  }
  return entries_[place->second];
}

void EtsiObjects::add(const SignatureReport& signature, std::size_t index) {
  for (const ValidationObject& object : signature.objects) {
    Entry& kept = entry(object);
    if (object.known_since && (!kept.object.known_since || *object.known_since < *kept.object.known_since)) {
      kept.object.known_since = object.known_since;
    }
  }
  if (signature.signer) {
    ValidationObject certificate;
    certificate.sha256 = signature.signer->certificate_sha256;
    entry(certificate);
  }
  for (const TimestampReport& stamp : signature.timestamps) {
    if (!stamp.sha256.empty()) {
      ValidationObject token;
      token.kind = Kind::kTimestamp;
      token.sha256 = stamp.sha256;
      entry(token).stamp = &stamp;
    }
  }
  for (const CoveredPart& part : signature.covers) {
    covered_.push_back({index, &part});
  }
}

std::optional<std::string> EtsiObjects::id_of(const std::string& sha256) const {
  const auto place = by_sha256_.find(sha256);
  return place == by_sha256_.end() ? std::nullopt : std::optional(object_id(place->second));
}

std::string EtsiObjects::ids_of_covered(std::size_t signature) const {
  std::string ids;
  for (std::size_t i = 0; i < covered_.size(); ++i) {
    if (covered_[i].signature == signature) {
      ids += (ids.empty() ? "" : " ") + covered_id(i);
    }
  }
  return ids;
}

Markup EtsiObjects::proof(Time time) const {
  Markup content =
      fill("<POETime>{}</POETime><TypeOfProof>urn:etsi:019102:poetype:validation</TypeOfProof>", {to_rfc3339(time)});
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const TimestampReport* stamp = entries_[i].stamp;
    if (stamp != nullptr && stamp->time == time && stamp->indication == Indication::kTotalPassed) {
      content += reference("POEObject", object_id(i));
      break;
    }
  }
  return content;
}

Markup EtsiObjects::one(const Entry& entry, std::size_t number) const {
  Markup rest;
  if (entry.object.known_since) {
    rest += element("POE", proof(*entry.object.known_since));
  }
  if (entry.stamp != nullptr) {
    if (entry.stamp->time && entry.stamp->indication == Indication::kTotalPassed) {
      rest += element("POEProvisioning", element("POETime", to_rfc3339(*entry.stamp->time)));
    }
    rest += element("ValidationReport", status_of_part(entry.stamp->indication));
  }
  return object(object_id(number), type_of(entry.object.kind), representation(entry.object), rest);
}

Markup EtsiObjects::whole() const {
  Markup all;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    all += one(entries_[i], i);
  }
  for (std::size_t i = 0; i < covered_.size(); ++i) {
    all += object(covered_id(i), "urn:etsi:019102:validationObject:signedData", covered_part(*covered_[i].part), {});
  }
  return all.empty() ? Markup() : element("SignatureValidationObjects", all);
}

Markup digest_and_value(DigestAlgorithm algorithm, ByteView digest) {
  return fill(
      "<DigestAlgAndValue><ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue>"
      "</DigestAlgAndValue>",
      {digest_uri(algorithm), Piece::base64(digest)});
}

Markup reference(Literal element, const std::string& ids) {
  return fill("<{} VOReference=\"{}\"/>", {Markup(element), ids});
}

Markup element(Literal element, const Piece& content) {
  return fill("<{}>{}</{}>", {Markup(element), content, Markup(element)});
}

Markup status_of_signature(Indication indication, const std::optional<SubIndication>& sub, const Markup& data) {
  const Literal main = indication == Indication::kTotalPassed   ? Literal("total-passed")
                       : indication == Indication::kTotalFailed ? Literal("total-failed")
                                                                : Literal("indeterminate");
  Markup content = fill("<MainIndication>urn:etsi:019102:mainindication:{}</MainIndication>", {Markup(main)});
  if (sub) {
    content += fill("<SubIndication>urn:etsi:019102:subindication:{}</SubIndication>", {name(*sub)});
  }
  content += data;
  return element("SignatureValidationStatus", content);
}

Markup status_of_part(Indication indication) {
  const Literal main = indication == Indication::kTotalPassed   ? Literal("passed")
                       : indication == Indication::kTotalFailed ? Literal("failed")
                                                                : Literal("indeterminate");
  return fill(
      "<SignatureValidationStatus><MainIndication>urn:etsi:019102:mainindication:{}</MainIndication>"
      "</SignatureValidationStatus>",
      {Markup(main)});
}

}  // namespace shomei::signing
