#pragma once

#include <chrono>
#include <functional>

#include "auth/x509/ocsp.h"
#include "auth/x509/profile.h"
#include "auth/x509/proofs_of_existence.h"

namespace shomei::auth {

struct OcspRules {
  /// How far the responder's clock may be off.
  std::chrono::seconds skew{300};
  /// Oldest thisUpdate of an answer without nextUpdate; zero: such answers never count.
  std::chrono::seconds max_age{86'400};
  /// An answer without the nonce that was asked for counts all the same: responders of RFC 5019 sign beforehand.
  bool allow_no_nonce = false;
};

/// Whether the responder's own certificate is revoked, by other evidence.
using SignerState = std::function<RevocationState(const Certificate& signer)>;

struct OcspQuestion {
  const Certificate* subject;
  /// The CA certificate next in the path; trusted as far as this question goes.
  const Certificate* issuer;
  Time at{};
  const AlgorithmRules* algorithms;
  OcspRules rules{};
  /// Of the request, where there was one.
  std::optional<Bytes> nonce{};
  /// Asked for delegated responders without id-pkix-ocsp-nocheck; none: unknown.
  SignerState signer_state{};
  /// Index in the path, for findings.
  std::size_t index = 0;
  Freshness freshness = Freshness::kInForce;
  /// As ValidationOptions::proofs and RevocationQuestion::issuer_revoked_at.
  const ProofsOfExistence* proofs = nullptr;
  std::optional<Time> issuer_revoked_at{};
};

/// What one answer is worth for the question.
struct OcspOpinion {
  /// Everything is right but the time: it may still condemn, never acquit.
  bool genuine = false;
  bool in_force = false;
  /// It may acquit: in force or, where later answers count, made after the time of validation.
  bool counts = false;
  /// Made after the time of validation.
  bool later = false;
  /// What it says of the certificate; only with `genuine`.
  OcspSingle single{};
  /// What it comes to by itself: who is revoked only from a later time on is good until then.
  RevocationState state = RevocationState::kUnknown;
  /// Objections are of severity fail.
  std::vector<Finding> findings{};
};

/// RFC 6960 3.2 and 4.2.2.2: the answer is about exactly that certificate (its CertID recomputed with the algorithm of
/// the answer); signed, with an algorithm on the list, by the issuer's key, or by a certificate inside that the same
/// key issued, valid, with id-kp-OCSPSigning and a keyUsage that allows signatures, and not revoked
/// (id-pkix-ocsp-nocheck, or by `signer_state`; where the issuer names no way to find out, a warning); named by
/// responderID; without unknown critical extensions; with the nonce of the request; in force at that time. A CA that
/// answers itself needs no digitalSignature in its keyUsage, as in OpenSSL.
OcspOpinion judge_ocsp(const OcspResponse& response, const OcspQuestion& question);

/// By the newest answer in force; one out of force condemns where none in force says good, a later one always. A
/// revocation dated after `at` does not condemn, a finding tells it. Objections become warnings, followed by
/// revocation.unknown where nothing was usable; `answers` about other serial numbers are passed over.
RevocationStatus ocsp_status(std::span<const OcspResponse> answers, const OcspQuestion& question,
                             std::vector<Finding>& findings);

/// The rules, and SHA-1 while it counted (NIST SP 800-131A: until the end of 2013): for answers out of archives.
AlgorithmRules with_sha1_of_its_time(AlgorithmRules rules);

/// Names and signature fit.
bool is_issued_by(const Certificate& subject, const Certificate& issuer);

/// `ocsp check`: what one answer says of the certificate. Revoked stays revoked out of force.
CrlLookup check_ocsp(const OcspResponse& response, const OcspQuestion& question);

}  // namespace shomei::auth
