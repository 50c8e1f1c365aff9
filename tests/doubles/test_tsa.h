#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/openssl.h"
#include "base/transport.h"

namespace shomei {

/// Keys in the order of their strength; certificates and stamps are signed with a digest that fits.
enum class TsaKey : std::uint8_t { kRsa2048, kRsa3072, kRsa4096, kP256, kP384 };

/// Key and certificate of a time-stamping authority, and the CA above it.
///
///   const TsaIdentity tsa = TsaIdentity::make("TSA 2036", TsaKey::kP384, t2036, t2050);   // a CA and a TSA of its own
///   const TsaIdentity tsa = TsaIdentity::of_test_pki();                                   // testcerts/hpki/fixed/tsa
///   evidence.anchors / .chain: Certificate::parse(tsa.ca_der()); evidence.crls: Crl::parse(tsa.crl(now, next))
struct TsaIdentity {
  std::shared_ptr<EVP_PKEY> key{};
  std::shared_ptr<X509> certificate{};
  std::shared_ptr<X509> ca{};
  /// Null for the test PKI, whose lists are in testcerts/hpki/fixed/crl/tsa_ca.crl.
  std::shared_ptr<EVP_PKEY> ca_key{};
  DigestAlgorithm digest = DigestAlgorithm::kSha256;

  /// "<name> CA" and "<name>", both valid from `begin` to `end`. RSA keys take a second or two: prefer kP384.
  static TsaIdentity make(const std::string& name, TsaKey kind, Time begin, Time end);
  static TsaIdentity of_test_pki();

  Bytes ca_der() const;
  Bytes certificate_der() const;
  /// DER list of the CA, the TSA's certificate on it where `revoked_at` is given (reason keyCompromise).
  Bytes crl(Time this_update, Time next_update, std::optional<Time> revoked_at = std::nullopt) const;
};

/// One way to be wrong.
enum class TsaFault : std::uint8_t {
  kNone,
  kAway,              // net.unreachable
  kTimeout,           // net.timeout, at once
  kRejects,           // PKIStatus rejection, badAlg
  kWaits,             // PKIStatus waiting
  kWrongNonce,        //
  kNoNonce,           //
  kWrongImprint,      // one bit of the digest
  kWrongPolicy,       // 1.3.6.1.4.1.32473.99
  kNoCertificate,     // although certReq
  kOtherCertificate,  // the CA's alone
  kWrongSignature,    // its last bit
  kNoEss,             // without signing-certificate attribute
  kTwoSigners,        //
  kNoToken,           // granted, and nothing else
  kGarbage,           // text of the right content type
  kTruncated,         //
  kTooLong,           // one megabyte
  kContentType,       // text/html
  kStatus,            // HTTP 500
};

/// A time-stamping authority in the process, on OpenSSL's TS functions: a Transport for TimestampClient.
///
///   FixedClock clock(t2026);
///   TestTsa tsa(TsaIdentity::of_test_pki(), clock);
///   auto client = TimestampClient::create({.urls = {"http://tsa.test/"}}, tsa, clock).value();
///   tsa.fault = TsaFault::kAway;        // from now on
///   tsa.renew(TsaIdentity::make(...));  // another key and certificate from now on
class TestTsa final : public Transport {
 public:
  /// `clock` gives genTime and outlives the TSA.
  TestTsa(TsaIdentity identity, const Clock& clock) : identity_(std::move(identity)), clock_(&clock) {}
  Result<HttpResponse> send(const HttpRequest& request) override;
  void renew(TsaIdentity identity) { identity_ = std::move(identity); }
  /// A DER token over a raw digest, without the way through HTTP; must not be called with a fault.
  Bytes token(DigestAlgorithm algorithm, ByteView digest);

  TsaFault fault = TsaFault::kNone;
  /// Policy where the request names none; any other is rejected as unacceptedPolicy.
  std::string policy = "1.3.6.1.4.1.32473.1";
  /// ESS signing-certificate v2 with the identity's digest, or v1 (SHA-1).
  bool ess_v1 = false;
  /// The token holds the CA's certificate beside the TSA's.
  bool with_ca = false;
  /// How often it was asked, away or not.
  int asked = 0;

 private:
  Bytes respond(ByteView query);

  TsaIdentity identity_;
  const Clock* clock_;
  long serial_ = 0;
};

/// Several authorities behind one Transport, by URL; nobody is at any other.
class TsaNet final : public Transport {
 public:
  void add(const std::string& url, TestTsa& tsa) { at_[url] = &tsa; }
  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  std::map<std::string, TestTsa*> at_;
};

}  // namespace shomei
