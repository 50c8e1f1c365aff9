#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auth/x509/certificate.h"
#include "auth/x509/revocation.h"
#include "base/digest.h"

namespace shomei::auth {

/// responseStatus of RFC 6960 4.2.1.
enum class OcspStatus : std::uint8_t {
  kSuccessful = 0,
  kMalformedRequest = 1,
  kInternalError = 2,
  kTryLater = 3,
  kSigRequired = 5,
  kUnauthorized = 6
};
/// "successful", "tryLater" and so on.
std::string_view name(OcspStatus status);

/// Which certificate is meant (RFC 6960 4.1.1): hashes of its issuer's name and key, and its serial number.
struct OcspCertId {
  /// Nothing for an algorithm other than SHA-1, SHA-256, SHA-384 and SHA-512: such an identifier fits no certificate.
  std::optional<DigestAlgorithm> algorithm{};
  Bytes issuer_name_hash{};
  Bytes issuer_key_hash{};
  /// DER content octets.
  Bytes serial{};

  /// Of the issuer field of `subject` and the public key of `issuer`.
  static OcspCertId of(const Certificate& subject, const Certificate& issuer, DigestAlgorithm algorithm);
  /// Recomputed from the certificates: never right by the serial number alone.
  bool fits(const Certificate& subject, const Certificate& issuer) const;
  friend auto operator<=>(const OcspCertId&, const OcspCertId&) = default;
};

/// SingleResponse (RFC 6960 4.2.1).
struct OcspSingle {
  OcspCertId id{};
  RevocationState state = RevocationState::kUnknown;
  std::optional<Time> revoked_at{};
  /// RFC 5280 5.3.1 ("keyCompromise"); "unspecified" where a revocation states no reason.
  std::string_view reason{};
  Time this_update{};
  std::optional<Time> next_update{};
  /// RFC 6960 4.4.4.
  std::optional<Time> archive_cutoff{};
  /// OIDs of critical extensions that this software does not know.
  std::vector<std::string> unknown_critical{};
};

struct OcspFacts {
  OcspStatus status = OcspStatus::kSuccessful;
  // What follows is empty unless the status is successful.
  Time produced_at{};
  std::vector<OcspSingle> singles{};
  /// As OID.
  std::string signature_algorithm{};
  /// Value of the nonce (RFC 8954) without its OCTET STRING header.
  std::optional<Bytes> nonce{};
  std::vector<std::string> unknown_critical{};
  /// Of the whole DER, lower-case hexadecimal.
  std::string sha256{};
};

inline constexpr std::size_t kMaxOcspBytes = 256U << 10;

/// An OCSP response (RFC 6960 4.2); immutable, cheap to copy, usable from several threads. It says what it says:
/// judge_ocsp (ocsp_rules.h) says whether it counts.
class OcspResponse {
 public:
  /// Exactly one DER OCSPResponse, of any responseStatus; a successful one holds a BasicOCSPResponse.
  /// Errors: input.not_ocsp with the byte offset, input.too_large (above kMaxOcspBytes).
  static Result<OcspResponse> parse(ByteView der);

  ByteView der() const;
  const OcspFacts& facts() const;
  /// Those that the responder enclosed.
  std::span<const Certificate> certificates() const;
  /// responderID names the certificate's subject or key.
  bool names_responder(const Certificate& signer) const;
  /// True when the certificate's key signed this response; computed once for each certificate and remembered.
  bool signed_by(const Certificate& signer) const;

 private:
  struct Body;
  explicit OcspResponse(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  std::shared_ptr<const Body> body_;
};

}  // namespace shomei::auth
