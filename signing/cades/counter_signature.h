#pragma once

#include "signing/cades/cms_facts.h"
#include "signing/cades/cms_layout.h"
#include "signing/verify.h"

namespace shomei::signing {

/// A SignerInfo in a countersignature attribute (RFC 5652 11.4, EN 319 122-1 5.2.7): read, not judged.
struct CounterSigner {
  /// `native` is null: OpenSSL reads no SignerInfo by itself.
  CmsSigner facts;
  /// Id of the signer that it confirms, and the octets of that one's signature.
  std::string confirms;
  Bytes content;
  /// SignerIdentifier as TLV; signed attributes with the tag of SET OF; the signature's octets.
  Bytes sid;
  Bytes signed_attributes;
  Bytes value;
  std::optional<SignatureAlgorithm> algorithm;
};

/// Those of `signer` and, in turn, of its counter-signers (three levels), each after the one that it confirms, with ids
/// like "signer-1/counter-1".
std::vector<CounterSigner> read_counter_signers(const CmsSignerLayout& signer, const std::string& id);

/// Judges it as any signature: format, digest over the signature that it confirms, certificate, value, path. `carried`:
/// what the file holds.
SignatureReport judge_counter_signature(const CounterSigner& counter, const CarriedEvidence& carried,
                                        const VerifyInputs& inputs);

}  // namespace shomei::signing
