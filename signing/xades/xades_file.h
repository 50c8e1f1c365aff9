#pragma once

#include <memory>

#include "signing/extend.h"
#include "signing/stamp_coverage.h"
#include "signing/xades/xades_facts.h"
#include "signing/xml/xmldsig_reference.h"

namespace shomei::signing {

/// A text and the element after or into which it goes.
struct XadesInsertion {
  const xmlNode* element;
  enum class Where : std::uint8_t { kAtEnd, kAtBegin, kAfter } where = Where::kAtEnd;
  std::string text;
};

/// The bytes of a file with signatures and what they parse to; putting in text makes a new one.
class XadesFile {
 public:
  /// Errors: input.*, xml.*.
  static Result<XadesFile> parse(Bytes bytes, const ExtendRequest& request);

  const Bytes& bytes() const { return bytes_; }
  std::size_t signature_count() const { return signatures_.size(); }
  const xmlNode* signature(std::size_t number) const { return signatures_[number]; }
  /// Errors: sign.unsupported where it is not a XAdES signature.
  Result<SignatureFacts> signature_facts(std::size_t number) const;
  Result<XadesFacts> xades_facts(const SignatureFacts& signature) const;
  /// Time stamps of a signature in document order: in its signed properties, then in its unsigned ones.
  std::vector<const xmlNode*> time_stamps(const XadesFacts& facts) const;
  /// UnsignedSignatureProperties, or null.
  static const xmlNode* unsigned_properties(const XadesFacts& facts);

  Result<StampCoverage> coverage(const SignatureFacts& signature, const xmlNode* time_stamp, DigestAlgorithm algorithm);
  /// Digests of all that the file's signatures and time stamps are over: what an insertion may not change.
  Result<std::vector<Bytes>> covered();

  Result<XadesFile> with(std::vector<XadesInsertion> insertions) const;
  /// With text at the end of a signature's UnsignedSignatureProperties, which are made where they are absent.
  Result<XadesFile> with_property(const XadesFacts& facts, const std::string& text) const;

 private:
  Bytes bytes_;
  const ExtendRequest* request_ = nullptr;
  OwnedXmlDoc document_;
  std::vector<const xmlNode*> signatures_;
  std::unique_ptr<IdIndex> ids_;
  std::unique_ptr<WorkBudget> budget_;
  std::unique_ptr<ReferenceChecker> references_;
};

}  // namespace shomei::signing
