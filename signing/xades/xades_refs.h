#pragma once

#include <span>

#include "auth/x509/certificate.h"
#include "auth/x509/crl.h"
#include "signing/judge/judgement.h"
#include "signing/xades/xades_facts.h"

namespace shomei::signing {

/// A CRL as CompleteRevocationRefs names it.
struct ListReference {
  std::optional<DigestAlgorithm> algorithm;
  Bytes digest;
  /// Of CRLIdentifier; empty or nothing where absent.
  std::string issuer;
  std::optional<Time> issued;
};

/// CompleteCertificateRefs (or V2) and CompleteRevocationRefs of XAdES-C and of the forms made out of it
/// (EN 319 132-1 A.1): read, not judged.
struct CompleteRefs {
  bool has_certificates = false;
  bool has_revocation = false;
  std::vector<CertificateId> certificates = {};
  std::vector<ListReference> lists = {};
  /// Entries that are not as their schema says, and so refer to nothing.
  int unreadable = 0;
};

/// Of the UnsignedSignatureProperties beside `signed_properties`.
CompleteRefs read_complete_refs(const xmlNode* signed_properties);

/// A signature that refers to what it was judged by refers to all of it: both properties, every certificate of `path`
/// (end entity first) but the signer's; and where CRLs of the issuer and time of a reference are at hand, the digest is
/// that of one of them. Says nothing where there are no such properties. They are not signed: what is missing leaves
/// the signature INDETERMINATE.
void judge_complete_refs(const CompleteRefs& refs, std::span<const auth::Certificate> path,
                         std::span<const auth::Crl> lists, Judgement& judgement);

}  // namespace shomei::signing
