#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/token/jwks.h"
#include "base/signing_key.h"

namespace shomei::auth {

/// A compact JWS (RFC 7515 7.1) taken apart; nothing of it is verified.
struct Jws {
  /// JOSE header as JSON text, members of interest beside it (empty where absent).
  std::string header{};
  std::string alg{};
  std::string kid{};
  std::string typ{};
  bool has_crit = false;
  Bytes payload{};
  Bytes signature{};
  /// ASCII(header) || '.' || ASCII(payload), as received.
  std::string signing_input{};
};

inline constexpr std::size_t kMaxTokenBytes = 64U << 10;

/// Errors: token.malformed (not three canonical base64url parts, header no strict JSON object with text members),
/// input.too_large.
Result<Jws> parse_jws(std::string_view compact);

/// Signs with ES256 (RFC 7518 3.4): header {"alg","typ","kid"}, payload as given.
/// Errors: key.unsuitable (not an EC key), and what the key gives.
Result<std::string> sign_jws(SigningKey& key, std::string_view kid, std::string_view typ, std::string_view payload);

/// True when `alg` is a signature algorithm we know for this key's type and size (RS, PS and ES with 256, 384, 512) and
/// the signature is right. "none" and HMACs are never right.
[[nodiscard]] bool verify_jws(const Jws& jws, const PublicKey& key);

}  // namespace shomei::auth
