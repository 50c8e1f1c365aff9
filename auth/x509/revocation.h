#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auth/x509/crl.h"
#include "auth/x509/finding.h"

namespace shomei::auth {

enum class RevocationState : std::uint8_t { kGood, kRevoked, kUnknown };
/// "good", "revoked", "unknown".
std::string_view name(RevocationState state);

/// Which revocation data counts for a time of validation (EN 319 102-1 5.2.5): what was in force then (a login), that
/// or what was issued later (a signature with a proof of time), only what was issued at that time or later.
enum class Freshness : std::uint8_t { kInForce, kLenient, kStrict };

/// What the evidence says of one certificate of a path.
struct RevocationStatus {
  std::size_t certificate = 0;
  RevocationState state = RevocationState::kUnknown;
  /// "crl", "ocsp"; empty where nothing was usable.
  std::string_view source{};
  std::optional<Time> this_update{};
  std::optional<Time> next_update{};
  std::optional<Time> revoked_at{};
  std::string_view reason{};
  /// Of the list or answer that decided, lower-case hexadecimal; only with ValidationOptions::proofs.
  std::string sha256{};
  /// A revocation that is dated after the time of validation.
  std::optional<Time> revoked_later{};
};

/// Where CRLs come from. Answers are candidates; the rules of RFC 5280 6.3 are applied to each of them.
class CrlStore {
 public:
  virtual ~CrlStore() = default;
  /// Every list whose issuer is this name.
  virtual std::vector<Crl> lists_of(const X509_NAME* issuer) const = 0;
};

/// Lists in memory.
class CrlPool final : public CrlStore {
 public:
  explicit CrlPool(std::span<const Crl> lists) : lists_(lists.begin(), lists.end()) {}
  std::vector<Crl> lists_of(const X509_NAME* issuer) const override;

 private:
  std::vector<Crl> lists_;
};

/// Answer of `crl lookup`.
struct CrlLookup {
  RevocationState state = RevocationState::kUnknown;
  std::optional<Time> revoked_at{};
  std::string_view reason{};
  std::vector<Finding> findings{};
};

/// What one CRL says of one serial number (DER content octets). With `issuer` its signature must be right, with `at` it
/// must be in force; revoked stays revoked on a stale list. Without `issuer` a finding says that nobody checked the
/// signature.
CrlLookup lookup(const Crl& crl, ByteView serial, const Certificate* issuer, std::optional<Time> at);

/// `crl lookup --json`.
OrderedJson to_json(const CrlLookup& answer, Language language = Language::kEn);

/// Hexadecimal as people copy it (upper or lower case, colons, leading zeros) to DER content octets.
/// Errors: input.malformed.
Result<Bytes> serial_from_hex(std::string_view text);

}  // namespace shomei::auth
