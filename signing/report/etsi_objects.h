#pragma once

#include <map>
#include <string>
#include <vector>

#include "signing/report/markup.h"
#include "signing/report/report.h"

namespace shomei::signing {

/// The SignatureValidationObjects of a TS 119 102-2 report (clause 4.4): what several signatures share stands there
/// once, under an identifier of the report's own.
class EtsiObjects {
 public:
  explicit EtsiObjects(const VerifyReport& report);

  /// Identifier of the object with that SHA-256; nothing where it is not among them.
  std::optional<std::string> id_of(const std::string& sha256) const;
  /// Identifiers of what the signature covers, blanks between (xs:IDREFS).
  std::string ids_of_covered(std::size_t signature) const;
  /// POEType's content: the time, that it was found by validation, and the time stamp that proves it.
  Markup proof(Time time) const;
  /// The whole element; empty where there are none.
  Markup whole() const;

 private:
  struct Entry {
    ValidationObject object;
    const TimestampReport* stamp = nullptr;
  };
  struct Covered {
    std::size_t signature;
    const CoveredPart* part;
  };
  Entry& entry(const ValidationObject& object);
  void add(const SignatureReport& signature, std::size_t index);
  Markup one(const Entry& entry, std::size_t number) const;

  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> by_sha256_;
  std::vector<Covered> covered_;
};

/// xades:DigestAlgAndValueType inside of an element of the report.
Markup digest_and_value(DigestAlgorithm algorithm, ByteView digest);
/// VOReferenceType as an element's attribute.
Markup reference(Literal element, const std::string& ids);
/// `<element>text</element>`.
Markup element(Literal element, const Piece& content);
/// "urn:etsi:019102:mainindication:…": of a signature, or of one of its constraints and objects.
Markup status_of_signature(Indication indication, const std::optional<SubIndication>& sub, const Markup& data);
Markup status_of_part(Indication indication);

}  // namespace shomei::signing
