#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "auth/x509/certificate.h"

struct ISSUING_DIST_POINT_st;

namespace shomei::auth {

/// What a CRL says of one serial number.
struct CrlEntry {
  Time revoked_at{};
  /// RFC 5280 5.3.1 ("keyCompromise"); "unspecified" where the entry has no reasonCode.
  std::string_view reason{};
};

/// issuingDistributionPoint (RFC 5280 5.2.5), decoded as far as scope needs it.
struct CrlScope {
  bool only_user_certificates = false;
  bool only_ca_certificates = false;
  bool only_attribute_certificates = false;
  bool indirect = false;
  bool some_reasons = false;
  /// ReasonFlags, bit n of RFC 5280 4.2.1.13; all of them where the field is absent.
  std::uint32_t reasons = 0;
  bool has_name = false;
};

struct CrlFacts {
  /// RFC 4514.
  std::string issuer{};
  Time this_update{};
  std::optional<Time> next_update{};
  /// Lower-case hexadecimal of the DER content; empty where absent.
  std::string number{};
  /// AKI keyIdentifier, lower-case hexadecimal; empty where absent.
  std::string authority_key{};
  std::optional<CrlScope> scope{};
  bool is_delta = false;
  /// BaseCRLNumber of a delta, as `number`.
  std::string base_number{};
  /// As OID.
  std::string signature_algorithm{};
  /// OIDs of critical extensions, of the list or of any entry, that this software does not know.
  std::vector<std::string> unknown_critical{};
  std::size_t entries = 0;
};

inline constexpr std::size_t kMaxCrlBytes = 512U << 20;

/// A certificate revocation list (RFC 5280 5) with an index of its serial numbers; immutable, cheap to copy, usable
/// from several threads. It keeps 16 bytes for each entry, and the DER in memory or in a file.
class Crl {
 public:
  /// Exactly one DER CRL; every entry is read once. Errors: input.not_crl with the byte offset, input.too_large.
  static Result<Crl> parse(Bytes der);
  /// The same of a DER file of one's own (see MappedFile), whose bytes stay where they are. Errors: also those of
  /// MappedFile.
  static Result<Crl> load(const std::filesystem::path& der);
  /// As `load`, with the index that `save_index` wrote instead of reading the entries. Integrity of the DER shows when
  /// its signature is checked. Errors: as `load`; input.malformed where the index is of another list or damaged.
  static Result<Crl> open(const std::filesystem::path& der, const std::filesystem::path& index);
  /// Errors: output.failed, storage.full.
  Result<void> save_index(const std::filesystem::path& file) const;

  ByteView der() const;
  const CrlFacts& facts() const;
  /// Of the whole DER, lower-case hexadecimal; computed when it is asked for first.
  const std::string& sha256() const;
  /// What the index takes.
  std::size_t index_bytes() const;
  /// `serial`: DER content octets of a certificate's serialNumber. Of an indirect list only entries of certificates
  /// that `issuer` issued are found (RFC 5280 5.3.3); null: those of the list's own issuer.
  std::optional<CrlEntry> find(ByteView serial, const X509_NAME* issuer = nullptr) const;
  /// True when the issuer's key signed this list; hashed once for each key and remembered.
  bool signed_by(const Certificate& issuer) const;

  X509_NAME* issuer_name() const;
  /// Decoded issuingDistributionPoint with names relative to the issuer made whole, or null.
  const ISSUING_DIST_POINT_st* distribution_point() const;
  /// A delta (RFC 5280 5.2.4) that brings `base` up to date: same issuer and scope, numbers without a gap.
  bool amends(const Crl& base) const;
  /// A list for the same (issuer, key, scope, delta or not) with a higher cRLNumber, though it was not issued later:
  /// numbers only rise (RFC 5280 5.2.3).
  bool exposes_roll_back_of(const Crl& other) const;

 private:
  struct Body;
  static Result<std::shared_ptr<Body>> read_shell(std::shared_ptr<Body> body);
  static Result<Crl> read_all(std::shared_ptr<Body> body);
  static Crl finish(std::shared_ptr<Body> body);
  bool has_scope_of(const Crl& other) const;
  explicit Crl(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  std::shared_ptr<const Body> body_;
};

/// `crl show --json`.
OrderedJson to_json(const Crl& crl);

}  // namespace shomei::auth
