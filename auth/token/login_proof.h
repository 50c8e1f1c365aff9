#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/x509/certificate.h"
#include "auth/x509/finding.h"
#include "base/json.h"
#include "base/signing_key.h"

namespace shomei::auth {

/// The Web eID authentication token, format "web-eid:1.0".
struct LoginProof {
  /// DER of the certificate whose key signed; nothing is known of it until it was validated.
  Bytes certificate{};
  /// JWA name: RS256, RS384, RS512, ES256, ES384, ES512.
  std::string algorithm{};
  /// RSA: big-endian, length of the modulus; EC: r || s.
  Bytes signature{};
  std::string app_version{};
};

/// Members unverifiedCertificate and signature (base64), algorithm, format, appVersion (optional); others are refused.
/// Errors: token.malformed naming the member.
Result<LoginProof> parse_login_proof(const Json& object);
OrderedJson to_json(const LoginProof& proof);

/// What the key signs: hash(hash(origin) || hash(nonce)); both as UTF-8 text, the nonce as the server sent it (base64
/// text, not its bytes).
Bytes proof_digest(DigestAlgorithm algorithm, std::string_view origin, std::string_view nonce);

/// A proof by the key: RS256, or the ECDSA of its curve. Errors: key.unsuitable, and what the key gives (pin.*,
/// card.*).
Result<LoginProof> make_login_proof(SigningKey& key, std::string_view origin, std::string_view nonce,
                                    std::string_view app_version);

/// True in `signed_right` means: the certificate's key signed this origin and nonce. Who that is, and whether the
/// certificate is any good, is `validate`'s to say.
struct ProofReport {
  bool signed_right = false;
  std::optional<Certificate> certificate{};
  std::vector<Finding> findings{};
};
/// Errors: token.malformed (the certificate cannot be read).
Result<ProofReport> check_proof(const LoginProof& proof, std::string_view origin, std::string_view nonce);

}  // namespace shomei::auth
