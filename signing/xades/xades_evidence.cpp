#include "signing/xades/xades_evidence.h"

#include "signing/cades/cms_layout.h"
#include "signing/xml/xmldsig_facts.h"

namespace shomei::signing {
namespace {

std::vector<Bytes> EvidenceData::* list_for(const xmlNode* node) {
  if (is_element(node, ns::kDs, "X509Certificate") || is_element(node, ns::kXades, "EncapsulatedX509Certificate")) {
    return &EvidenceData::certificates;
  }
  if (is_element(node, ns::kDs, "X509CRL") || is_element(node, ns::kXades, "EncapsulatedCRLValue")) {
    return &EvidenceData::crls;
  }
  if (is_element(node, ns::kXades, "EncapsulatedOCSPValue")) {
    return &EvidenceData::ocsp;
  }
  return is_element(node, ns::kXades, "EncapsulatedTimeStamp") ? &EvidenceData::timestamps : nullptr;
}

void add_evidence(const xmlNode* node, bool inside_tokens, EvidenceData& data) {
  for (const xmlNode* child : child_elements(node)) {
    add_evidence(child, inside_tokens, data);
  }
  const auto list = list_for(node);
  auto der = list == nullptr ? Parsed<Bytes>(std::unexpected("")) : base64_content(node);
  if (!der) {
    return;
  }
  const auto token = inside_tokens && list == &EvidenceData::timestamps ? read_layout(*der)
                                                                        : Result<CmsLayout>(fail(Code::kDerMalformed));
  if (token) {
    append(data, evidence_in(*token));
  }
  (data.*list).push_back(std::move(*der));
}

}  // namespace

EvidenceData evidence_in(const xmlNode* node, bool inside_tokens) {
  EvidenceData data;
  add_evidence(node, inside_tokens, data);
  return data;
}

}  // namespace shomei::signing
