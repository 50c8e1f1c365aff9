#include "signing/xades/xades_refs.h"

#include <fmt/format.h>

#include <algorithm>

namespace shomei::signing {
namespace {

/// Far more than a path needs; each may cost the digest of a list.
constexpr std::size_t kMaxReferences = 64;

/// The digest that `parent` holds as DigestMethod and DigestValue.
std::optional<CertificateId> read_digest(const xmlNode* parent) {
  const xmlNode* method = parent == nullptr ? nullptr : only_child(parent, ns::kDs, "DigestMethod");
  const xmlNode* value = parent == nullptr ? nullptr : only_child(parent, ns::kDs, "DigestValue");
  auto bytes = value == nullptr ? Parsed<Bytes>(std::unexpected("DigestValue")) : base64_content(value);
  if (method == nullptr || !bytes) {
    return std::nullopt;
  }
  return CertificateId{.algorithm = digest_from_uri(attribute(method, "Algorithm").value_or("")),
                       .digest = std::move(*bytes),
                       .issuer_serial = {}};
}

void read_certificates(const xmlNode* property, std::string_view name_space, CompleteRefs& refs) {
  refs.has_certificates = true;
  for (const xmlNode* list : children(property, name_space, "CertRefs")) {
    for (const xmlNode* cert : children(list, ns::kXades, "Cert")) {
      auto id = read_digest(only_child(cert, ns::kXades, "CertDigest"));
      refs.unreadable += id ? 0 : 1;
      refs.certificates.push_back(std::move(id).value_or(CertificateId{}));
    }
  }
}

void read_lists(const xmlNode* property, CompleteRefs& refs) {
  refs.has_revocation = true;
  for (const xmlNode* lists : children(property, ns::kXades, "CRLRefs")) {
    for (const xmlNode* node : children(lists, ns::kXades, "CRLRef")) {
      auto id = read_digest(only_child(node, ns::kXades, "DigestAlgAndValue"));
      refs.unreadable += id ? 0 : 1;
      ListReference& list = refs.lists.emplace_back();
      list.algorithm = id ? id->algorithm : std::nullopt;
      list.digest = id ? std::move(id->digest) : Bytes();
      const xmlNode* identifier = only_child(node, ns::kXades, "CRLIdentifier");
      const xmlNode* issuer = identifier == nullptr ? nullptr : only_child(identifier, ns::kXades, "Issuer");
      const xmlNode* time = identifier == nullptr ? nullptr : only_child(identifier, ns::kXades, "IssueTime");
      list.issuer = issuer == nullptr ? "" : text_of(issuer);
      if (const auto issued = parse_rfc3339(time == nullptr ? "" : text_of(time))) {
        list.issued = *issued;
      }
    }
  }
}

bool is_among(const auth::Certificate& certificate, const std::vector<CertificateId>& ids) {
  return std::ranges::any_of(ids, [&](const CertificateId& id) {
    return id.algorithm && digest(*id.algorithm, certificate.der()) == id.digest;
  });
}

/// False where lists of that issuer and time are at hand (there may be several, by scope) and none is the one meant.
bool fits(const ListReference& reference, std::span<const auth::Crl> lists) {
  bool named = false;
  for (const auth::Crl& list : lists) {
    if (reference.issued == list.facts().this_update && reference.issuer == list.facts().issuer) {
      named = true;
      if (reference.algorithm && digest(*reference.algorithm, list.der()) == reference.digest) {
        return true;
      }
    }
  }
  return !named;
}

}  // namespace

CompleteRefs read_complete_refs(const xmlNode* signed_properties) {
  CompleteRefs refs;
  const xmlNode* outer =
      signed_properties == nullptr ? nullptr : only_child(signed_properties->parent, ns::kXades, "UnsignedProperties");
  const xmlNode* properties = outer == nullptr ? nullptr : only_child(outer, ns::kXades, "UnsignedSignatureProperties");
  for (const xmlNode* node : properties == nullptr ? std::vector<const xmlNode*>() : child_elements(properties)) {
    if (is_element(node, ns::kXades, "CompleteCertificateRefs")) {
      read_certificates(node, ns::kXades, refs);
    } else if (is_element(node, ns::kXades141, "CompleteCertificateRefsV2")) {
      read_certificates(node, ns::kXades141, refs);
    } else if (is_element(node, ns::kXades, "CompleteRevocationRefs")) {
      read_lists(node, refs);
    }
  }
  return refs;
}

void judge_complete_refs(const CompleteRefs& refs, std::span<const auth::Certificate> path,
                         std::span<const auth::Crl> lists, Judgement& judgement) {
  const auto incomplete = [&](std::string_view what) {
    judgement.decide(Indication::kIndeterminate, SubIndication::kSigConstraintsFailure, Check::kReferencesIncomplete,
                     what);
  };
  if (refs.has_certificates != refs.has_revocation) {
    return incomplete(refs.has_certificates ? "CompleteRevocationRefs" : "CompleteCertificateRefs");
  }
  if (refs.certificates.size() > kMaxReferences || refs.lists.size() > kMaxReferences) {
    return incomplete(fmt::format("more than {} references", kMaxReferences));
  }
  if (refs.unreadable > 0) {
    return incomplete(fmt::format("{} of the references cannot be read", refs.unreadable));
  }
  for (const auth::Certificate& certificate : path.subspan(refs.has_certificates && !path.empty() ? 1 : path.size())) {
    if (!is_among(certificate, refs.certificates)) {
      incomplete(certificate.facts().subject);
    }
  }
  for (const ListReference& reference : refs.lists) {
    if (!fits(reference, lists)) {
      incomplete("CRL, " + reference.issuer);
    }
  }
}

}  // namespace shomei::signing
