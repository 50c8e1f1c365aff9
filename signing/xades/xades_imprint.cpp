#include "signing/xades/xades_imprint.h"

#include <algorithm>

#include "signing/xades/xades_evidence.h"

namespace shomei::signing {
namespace {

/// Digests what a time stamp is over, piece by piece, in up to two readings.
class Imprint {
 public:
  Imprint(const XadesStamp& stamp, DigestAlgorithm algorithm, ReferenceChecker& references, WorkBudget& budget)
      : stamp_(stamp), references_(references), budget_(budget), stream_(algorithm), other_stream_(algorithm) {}

  Result<StampCoverage> run() {
    if (!choose_method()) {
      return std::move(coverage_);
    }
    const xmlNode* property = stamp_.property;
    if (is_element(property, ns::kXades, "SignatureTimeStamp")) {
      SHOMEI_TRY(signature_value());
    } else if (is_element(property, ns::kXades141, "ArchiveTimeStamp") ||
               is_element(property, ns::kXades, "ArchiveTimeStamp")) {
      SHOMEI_TRY(archive());
    } else if (is_content_stamp()) {
      SHOMEI_TRY(content());
    } else {
      SHOMEI_TRY(reference_properties());
    }
    return finish();
  }

 private:
  /// Of the namespace of XAdES 1.4.1, which took over what 1.3.2 had got wrong.
  bool is_v141() const { return is_element(stamp_.property, ns::kXades141, local_name(stamp_.property)); }
  bool is_content_stamp() const {
    return is_element(stamp_.property, ns::kXades, "AllDataObjectsTimeStamp") ||
           is_element(stamp_.property, ns::kXades, "IndividualDataObjectsTimeStamp");
  }

  bool choose_method() {
    const auto methods = children(stamp_.property, ns::kDs, "CanonicalizationMethod");
    auto method = methods.empty() ? Canonicalization{} : canonicalization_of(methods.front());
    if (!method || methods.size() > 1) {
      return refuse("CanonicalizationMethod");
    }
    method_ = std::move(*method);
    const bool distributed = !children(stamp_.property, ns::kXades, "Include").empty() ||
                             !children(stamp_.property, ns::kXades, "ReferenceInfo").empty() ||
                             !children(stamp_.property, ns::kXades141, "ReferenceInfo").empty();
    return !distributed || is_content_stamp() || refuse("parts named by Include or ReferenceInfo");
  }

  bool refuse(std::string why) {
    coverage_.why = std::move(why);
    return false;
  }

  Result<void> element(const xmlNode* node) {
    note_objects(node);
    const NodeSet nodes{.document = node->doc, .apex = node, .without = nullptr, .comments = true};
    return canonicalize(nodes, method_, budget_, [&](ByteView piece) { take(piece); });
  }

  void take(ByteView piece) {
    stream_.update(piece);
    other_stream_.update(piece);
  }

  Result<void> signature_value() {
    const auto found = children(stamp_.signature->element, ns::kDs, "SignatureValue");
    if (found.size() != 1) {
      refuse("SignatureValue");
      return {};
    }
    coverage_.signature = true;
    return element(found.front());
  }

  Result<void> reference(const ReferenceFacts& facts) {
    SHOMEI_TRY(std::string why,
               references_.octets(*stamp_.signature, facts, method_, [&](ByteView piece) { take(piece); }));
    if (!why.empty() && coverage_.why.empty()) {
      coverage_.why = std::move(why);
    }
    return {};
  }

  /// EN 319 132-1 5.5.2.2: references, SignedInfo, SignatureValue, KeyInfo, the unsigned properties before this one,
  /// the Objects.
  Result<void> archive() {
    for (const ReferenceFacts& facts : stamp_.signature->references) {
      SHOMEI_TRY(reference(facts));
    }
    coverage_.signed_data = true;
    SHOMEI_TRY(element(stamp_.signature->signed_info));
    SHOMEI_TRY(signature_value());
    if (stamp_.signature->key_info != nullptr) {
      SHOMEI_TRY(element(stamp_.signature->key_info));
    }
    SHOMEI_TRY(properties_before([](const xmlNode*) { return true; }));
    return objects();
  }

  template <class Wanted>
  Result<void> properties_before(Wanted wanted) {
    for (const xmlNode* node : child_elements(stamp_.property->parent)) {
      if (node == stamp_.property) {
        break;
      }
      if (wanted(node)) {
        SHOMEI_TRY(element(node));
      }
    }
    return {};
  }

  bool is_referenced(const xmlNode* object) const {
    const auto id = attribute(object, "Id");
    return id && std::ranges::any_of(stamp_.signature->references,
                                     [&](const ReferenceFacts& facts) { return facts.uri == "#" + *id; });
  }

  Result<void> objects() {
    const bool old = !is_v141();
    for (const xmlNode* object : stamp_.signature->objects) {
      if (is_ancestor_or_self(object, stamp_.property)) {
        // Signed properties are among the references, the unsigned ones were taken.
        note_content_stamps(object);
        continue;
      }
      if (!is_referenced(object)) {
        SHOMEI_TRY(element(object));
        continue;
      }
      note_objects(object);
      has_other_reading_ = true;
      DigestStream& with_it = old ? other_stream_ : stream_;
      SHOMEI_TRY(canonicalize({.document = object->doc, .apex = object, .without = nullptr, .comments = true}, method_,
                              budget_, [&](ByteView piece) { with_it.update(piece); }));
    }
    return {};
  }

  /// 5.2.8: what the signer signs, without the signed properties in which this stamp stands.
  Result<void> content() {
    const bool all = local_name(stamp_.property) == "AllDataObjectsTimeStamp";
    const auto includes = children(stamp_.property, ns::kXades, "Include");
    if (all) {
      for (const ReferenceFacts& facts : stamp_.signature->references) {
        if (facts.type != kSignedPropertiesType) {
          SHOMEI_TRY(reference(facts));
        }
      }
    }
    for (const xmlNode* include : includes) {
      const std::string uri = attribute(include, "URI").value_or("");
      const auto facts = std::ranges::find_if(stamp_.signature->references, [&](const ReferenceFacts& other) {
        return !other.id.empty() && uri == "#" + other.id;
      });
      const std::string referenced = attribute(include, "referencedData").value_or("");
      if (all || facts == stamp_.signature->references.end() || (referenced != "true" && referenced != "1")) {
        refuse("Include \"" + uri + "\"");
        return {};
      }
      SHOMEI_TRY(reference(*facts));
    }
    if (!all && includes.empty()) {
      refuse("no Include");
    }
    coverage_.signed_data = all;
    return {};
  }

  /// SigAndRefsTimeStamp takes the signature value and the time stamps besides the references.
  Result<void> reference_properties() {
    const std::string_view name = local_name(stamp_.property);
    const bool with_signature = is_v141() ? name == "SigAndRefsTimeStampV2" : name == "SigAndRefsTimeStamp";
    if (!with_signature && name != (is_v141() ? "RefsOnlyTimeStampV2" : "RefsOnlyTimeStamp")) {
      refuse("not a time stamp of XAdES");
      return {};
    }
    if (with_signature) {
      SHOMEI_TRY(signature_value());
    }
    return properties_before([&](const xmlNode* node) {
      const auto is_certificate_refs = [&](std::string_view what) {
        return is_v141() ? is_element(node, ns::kXades141, std::string(what) + "V2")
                         : is_element(node, ns::kXades, what);
      };
      return (with_signature && is_element(node, ns::kXades, "SignatureTimeStamp")) ||
             is_certificate_refs("CompleteCertificateRefs") || is_certificate_refs("AttributeCertificateRefs") ||
             is_element(node, ns::kXades, "CompleteRevocationRefs") ||
             is_element(node, ns::kXades, "AttributeRevocationRefs");
    });
  }

  void note_objects(const xmlNode* node) {
    std::ranges::move(hashes_of(evidence_in(node, true)), std::back_inserter(coverage_.objects));
  }

  void note_content_stamps(const xmlNode* object) {
    for (const xmlNode* properties : children(object, ns::kXades, "QualifyingProperties")) {
      for (const xmlNode* signed_properties : children(properties, ns::kXades, "SignedProperties")) {
        note_objects(signed_properties);
      }
    }
  }

  StampCoverage finish() {
    if (coverage_.why.empty()) {
      coverage_.digests.push_back(stream_.finish());
      if (has_other_reading_) {
        coverage_.digests.push_back(other_stream_.finish());
      }
    }
    return std::move(coverage_);
  }

  const XadesStamp& stamp_;
  ReferenceChecker& references_;
  WorkBudget& budget_;
  DigestStream stream_;
  DigestStream other_stream_;
  bool has_other_reading_ = false;
  Canonicalization method_;
  StampCoverage coverage_;
};

}  // namespace

Result<StampCoverage> xades_coverage(const XadesStamp& stamp, DigestAlgorithm algorithm, ReferenceChecker& references,
                                     WorkBudget& budget) {
  return Imprint(stamp, algorithm, references, budget).run();
}

}  // namespace shomei::signing
