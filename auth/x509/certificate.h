#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/x509/hc_role.h"
#include "auth/x509/public_key.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/openssl.h"

struct stack_st_DIST_POINT;

namespace shomei::auth {

/// Bits of the keyUsage extension (RFC 5280 4.2.1.3).
namespace key_usage {
inline constexpr std::uint32_t kDigitalSignature = 1U << 0, kNonRepudiation = 1U << 1, kKeyEncipherment = 1U << 2,
                               kDataEncipherment = 1U << 3, kKeyAgreement = 1U << 4, kKeyCertSign = 1U << 5,
                               kCrlSign = 1U << 6, kEncipherOnly = 1U << 7, kDecipherOnly = 1U << 8;
/// "digitalSignature nonRepudiation", names of RFC 5280 in its order.
std::string text(std::uint32_t bits);
/// The bit of one such name.
std::optional<std::uint32_t> from(std::string_view name);
}  // namespace key_usage

/// What a certificate says, read once, without judgement. Texts are UTF-8 and come from strangers: escape them where
/// they are shown. An absent field is empty.
struct CertificateFacts {
  /// RFC 4514, most significant RDN last.
  std::string subject{};
  std::string issuer{};
  /// commonName, serialNumber, O and OU of the subject: in the HPKI in Roman letters.
  std::string name{};
  std::string serial_number{};
  std::string organization{};
  std::string organizational_unit{};
  /// The same of the first directoryName in subjectAltName: in the HPKI in Japanese.
  std::string name_ja{};
  std::string organization_ja{};
  /// The certificate's own serial number, lower-case hexadecimal of its DER content.
  std::string serial{};
  /// keyIdentifier of subjectKeyIdentifier, lower-case hexadecimal; empty where absent.
  std::string subject_key{};
  Time not_before{};
  Time not_after{};
  /// Nothing where the extension is absent.
  std::optional<std::uint32_t> key_usage{};
  bool key_usage_critical = false;
  std::vector<std::string> extended_key_usage{};
  bool extended_key_usage_critical = false;
  /// certificatePolicies as OIDs.
  std::vector<std::string> policies{};
  bool is_ca = false;
  /// Subject and issuer are the same name (RFC 5280 3.2), whoever signed it.
  bool self_issued = false;
  /// Everything that the hcRole attribute lists; empty where it is malformed.
  std::vector<HcRole> hc_roles{};
  /// "der.malformed …" of a malformed hcRole attribute.
  std::optional<std::string> hc_role_error{};
  /// http(s) URIs of the distribution points.
  std::vector<std::string> crl_urls{};
  /// Fields and extensions that could not be read, or stand there twice.
  std::vector<std::string> malformed{};
  /// What RFC 5280 4 asks of issuers and validation (6) does not ask about.
  std::vector<std::string> deviations{};
  /// Of the whole DER, lower-case hexadecimal.
  std::string sha256{};
};

inline constexpr std::size_t kMaxCertificateBytes = 64U << 10;

/// An X.509 certificate; immutable, cheap to copy, usable from several threads.
class Certificate {
 public:
  /// Exactly one DER certificate. Errors: input.not_certificate, input.too_large (above kMaxCertificateBytes).
  static Result<Certificate> parse(ByteView der);
  /// The same; of the last few hundred that came this way none is parsed again (decoding a key takes 150 microseconds,
  /// under locks that all threads share). For what comes with documents: the same signers and CAs come again.
  static Result<Certificate> recall(ByteView der);

  ByteView der() const;
  const CertificateFacts& facts() const;
  /// Errors: key.unsuitable (see PublicKey).
  Result<PublicKey> public_key() const;
  /// OpenSSL's view of it; never to be changed.
  X509* native() const;
  /// DER content octets of its serialNumber.
  ByteView serial() const;
  /// Decoded cRLDistributionPoints, relative names made whole (null where they cannot be); null where absent.
  const stack_st_DIST_POINT* distribution_points() const;
  /// The same DER.
  friend bool operator==(const Certificate& a, const Certificate& b);

 private:
  struct Body;
  explicit Certificate(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  std::shared_ptr<const Body> body_;
};

/// `certificate show --json`: the facts, names and roles as they are.
OrderedJson to_json(const Certificate& certificate);

}  // namespace shomei::auth
