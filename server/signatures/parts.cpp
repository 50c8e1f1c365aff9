#include "server/signatures/parts.h"

namespace shomei::server {

auth::ValidationInputs signature_evidence(const TrustSnapshot& trust) {
  auth::ValidationInputs evidence;
  for (const TrustSnapshot::Ca& ca : trust.cas) {
    if (ca.record.use == "signature" || ca.record.use == "timestamp") {
      (ca.certificate.facts().self_issued ? evidence.anchors : evidence.chain).push_back(ca.certificate);
    }
  }
  for (const TrustSnapshot::List& list : trust.lists) {
    evidence.crls.push_back(list.crl);
  }
  return evidence;
}

signing::Policy signature_policy(const TrustSnapshot& trust, const SignatureSettings& settings) {
  signing::Policy policy;
  policy.freshness = settings.freshness;
  policy.profiles = trust.profiles;
  return policy;
}

SignatureFiles files_of(std::string name, std::vector<SignatureContent> contents) {
  SignatureFiles files;
  for (SignatureContent& content : contents) {
    auto document = signing::Document::from_bytes(std::move(content.name), std::move(content.content));
    if (&content == &contents.front()) {
      document.name = std::move(name);
      files.file = std::move(document);
    } else {
      files.detached.push_back(std::move(document));
    }
  }
  return files;
}

}  // namespace shomei::server
